import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import get_language

from webcare.domain.outcomes import DecidedBy
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
    # What took over all that it had; a merged topic is retired.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    # Who looks after it: a person or a team.
    owner = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    owner_team = models.ForeignKey(
        "webcare.Team", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Stands first, and is neither retired nor merged away.
    is_pinned = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="topic_that_is_merged_is_retired",
                condition=Q(merged_into__isnull=True)
                | Q(retired_at__isnull=False) & ~Q(merged_into=models.F("id")),
            ),
            models.CheckConstraint(
                name="topic_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
            ),
            models.CheckConstraint(
                name="topic_has_one_owner",
                condition=Q(owner__isnull=True) | Q(owner_team__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        dutch = (get_language() or "").startswith("nl")
        return (self.name_nl if dutch else "") or self.name


class TicketTopic(models.Model):
    """What a ticket is about beside its first topic, and who says so."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False)
    by = models.CharField(max_length=6, choices=DecidedBy)
    # The order in which they are told.
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_topic_is_said_once", fields=["ticket", "topic"]
            ),
            models.CheckConstraint(
                name="ticket_topic_sayer_is_known", condition=Q(by__in=DecidedBy.values)
            ),
        ]
        indexes = [
            models.Index(name="ticket_topic_of_topic", fields=["topic", "ticket"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.topic_id}"


class TopicMerge(models.Model):
    """One topic given over to another, with what it takes to give it back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(db_default=Now(), editable=False)
    merged_by = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What moved: lists of ids by kind.
    moved = models.JSONField(default=dict)
    # Tickets that were about it and not closed.
    tickets = ArrayField(models.BigIntegerField(), default=list)
    # Versions of the routing table, before and after; null where no rule named it.
    routing_before = models.PositiveIntegerField(null=True)
    routing_after = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="topic_is_merged_once",
                fields=["topic"],
                condition=Q(undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} into {self.into_id}"


class TopicRule(models.Model):
    """A word or phrase that says which topic a message has."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
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

    # Holds for these authors alone; empty is for all.
    author_list = models.ForeignKey(
        "webcare.AuthorList", models.PROTECT, null=True, blank=True, related_name="+"
    )

    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="topic_rule_stands_once",
                fields=[
                    "topic",
                    "kind",
                    "pattern",
                    "language",
                    "channel",
                    "author_list",
                ],
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
    # What it means, as half-precision numbers, and the encoder that says so.
    vector = models.BinaryField(null=True)
    encoder = models.CharField(max_length=40, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="topic_example_is_kept_once", fields=["topic", "digest"]
            ),
            models.UniqueConstraint(
                name="topic_example_is_one_per_message", fields=["message"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.pk}"


class TopicSample(models.Model):
    """Tickets drawn by lot, for people to say what they are about: how often a machine
    had it right is known from these."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    drawn_at = models.DateTimeField(db_default=Now(), editable=False)
    drawn_by = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"sample {self.pk}"


class SampledTicket(models.Model):
    """One ticket of a sample: what the machine had said, and what a person says."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sample = models.ForeignKey(
        TopicSample, models.CASCADE, related_name="tickets", db_index=False
    )
    ticket = models.ForeignKey("webcare.Ticket", models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False)
    by = models.CharField(max_length=6, choices=DecidedBy)
    # None where it was not looked at yet, or is about none of the topics.
    said = models.ForeignKey(
        Topic, models.PROTECT, null=True, related_name="+", db_index=False
    )
    said_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    said_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_is_sampled_once", fields=["sample", "ticket"]
            ),
            models.CheckConstraint(
                name="sampled_ticket_by_is_known",
                condition=models.Q(by__in=DecidedBy.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.ticket_id}"


class TopicModel(models.Model):
    """One trained classifier: a version, its arrays, and how good it was."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        TRAINING = "training", "Training"
        READY = "ready", "Ready"
        PUBLISHED = "published", "Published"
        FAILED = "failed", "Failed"

    class Cause(models.TextChoices):
        ASKED = "asked", "A person asked"
        CORRECTIONS = "corrections", "There was much new to learn"
        ERASURE = "erasure", "Texts it was made of are gone"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    # Who published it; null where its training did.
    chosen_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # How many per cent of the training are done.
    progress = models.PositiveSmallIntegerField(default=0, db_default=0)
    examples = models.PositiveIntegerField(default=0)
    # Accuracy, calibration and coverage on texts the model had not seen.
    quality = models.JSONField(default=dict)
    failure = models.CharField(max_length=500, default="", blank=True)
    arrays = models.BinaryField(default=b"")
    # Of which examples it was made; the newest of them, or 0 before there were any.
    snapshot = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    last_example = models.BigIntegerField(default=0, db_default=0)
    # From which messages these were, whatever became of the examples since; null where
    # that was not kept.
    messages = ArrayField(models.BigIntegerField(), null=True)
    # Why it was asked for.
    cause = models.CharField(
        max_length=11, choices=Cause, default=Cause.ASKED, db_default="asked"
    )
    # Why it was published, or not.
    verdict = models.CharField(max_length=300, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="topic_model_state_is_known",
                condition=Q(
                    state__in=["waiting", "training", "ready", "published", "failed"]
                ),
            ),
            models.CheckConstraint(
                name="topic_model_cause_is_known",
                condition=Q(cause__in=["asked", "corrections", "erasure"]),
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
