import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language

from webcare.domain.topics.rules import RuleKind


class Topic(models.Model):
    """What a question is about; topics form a tree."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    name_nl = models.CharField(max_length=100, default="", blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    # Where its tickets wait unless a routing rule says otherwise.
    queue = models.ForeignKey(
        "webcare.Queue", models.SET_NULL, null=True, blank=True, related_name="topics"
    )
    # Talk of danger: always a ticket, always on top.
    is_danger = models.BooleanField(default=False)
    # Answers about it, or a topic below it, are read by a second person first.
    needs_approval = models.BooleanField(default=False, db_default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="topic_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        dutch = (get_language() or "").startswith("nl")
        return (self.name_nl if dutch else "") or self.name


class TopicRule(models.Model):
    """A word or phrase that says which topic a message has."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=6, choices=RuleKind)
    pattern = models.CharField(max_length=200)
    language = models.CharField(max_length=12, default="", blank=True)
    channel = models.ForeignKey(
        "conversations.Channel",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="topic_rule_stands_once",
                fields=["topic", "kind", "pattern", "language", "channel"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="topic_rule_kind_is_known", condition=Q(kind__in=RuleKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.pattern}"


class TopicExample(models.Model):
    """A text that a person says is about a topic; the model learns from these."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="examples")
    text = models.TextField()
    # SHA-256 of the text: the same example is kept once per topic.
    digest = models.BinaryField(max_length=32)
    language = models.CharField(max_length=12, default="", blank=True)
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, null=True, related_name="+"
    )
    given_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="topic_example_is_kept_once", fields=["topic", "digest"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.pk}"


class TopicModel(models.Model):
    """One trained classifier: a version, its arrays, and how good it was."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        TRAINING = "training", "Training"
        READY = "ready", "Ready"
        PUBLISHED = "published", "Published"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    examples = models.PositiveIntegerField(default=0)
    # Accuracy, calibration and coverage on texts the model had not seen.
    quality = models.JSONField(default=dict)
    failure = models.CharField(max_length=500, default="", blank=True)
    arrays = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="topic_model_state_is_known",
                condition=Q(
                    state__in=["waiting", "training", "ready", "published", "failed"]
                ),
            ),
            models.UniqueConstraint(
                name="topic_model_one_is_published",
                fields=["state"],
                condition=Q(state="published"),
            ),
            models.UniqueConstraint(
                name="topic_model_one_is_trained_at_a_time",
                fields=["state"],
                condition=Q(state="training"),
            ),
        ]

    def __str__(self) -> str:
        return f"model {self.pk} ({self.state})"
