import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Queue(models.Model):
    """Where work waits, owned by a team lead."""

    class Handout(models.TextChoices):
        PULL = "pull", _("Agents take work")
        PUSH = "push", _("Work is handed out")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    lead = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    handout = models.CharField(max_length=4, choices=Handout, default=Handout.PULL)
    # Work that no rule or topic could place waits here; there is always one.
    is_triage = models.BooleanField(default=False)
    reopen_window_hours = models.PositiveIntegerField(default=72)
    # A second person reads every answer before it goes out.
    needs_approval = models.BooleanField(default=False, db_default=False)
    # Promises, in calendar seconds.
    first_response_seconds = models.PositiveIntegerField(default=3_600)
    next_response_seconds = models.PositiveIntegerField(default=3_600)
    resolution_seconds = models.PositiveIntegerField(default=86_400)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="queue_triage_is_one",
                fields=["is_triage"],
                condition=Q(is_triage=True),
            ),
            models.CheckConstraint(
                name="queue_handout_is_known", condition=Q(handout__in=["pull", "push"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(models.Model):
    """The first rule, by position, whose every given condition holds decides."""

    position = models.PositiveIntegerField(unique=True)
    # An empty condition holds for every ticket; a topic includes its subtopics.
    topic = models.ForeignKey("webcare.Topic", models.CASCADE, null=True, blank=True)
    channel = models.ForeignKey(
        "conversations.Channel",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    language = models.CharField(max_length=12, default="", blank=True)
    priority = models.CharField(max_length=6, default="", blank=True)
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="routing_rules")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} → {self.queue}"
