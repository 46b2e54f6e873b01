import uuid

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority


class Macro(models.Model):
    """A text that is often written, and what is done to a ticket with it.

    Its owner is a person or a team, or nobody: then it is the whole desk's.
    """

    class Agent(models.TextChoices):
        ME = "me", _("Who uses it")
        NONE = "none", _("Nobody")
        OTHER = "other", _("Somebody in particular")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, null=True, related_name="+"
    )
    team = models.ForeignKey(
        "webcare.Team", models.CASCADE, null=True, related_name="+"
    )
    position = models.PositiveIntegerField(default=0, db_default=0)
    is_retired = models.BooleanField(default=False, db_default=False)
    # What it changes; empty is no change.
    then = models.CharField(
        max_length=8, choices=Status, default="", db_default="", blank=True
    )
    priority = models.CharField(
        max_length=6, choices=Priority, default="", db_default="", blank=True
    )
    topic = models.ForeignKey(
        "webcare.Topic", models.SET_NULL, null=True, related_name="+"
    )
    queue = models.ForeignKey(
        "webcare.Queue", models.SET_NULL, null=True, related_name="+"
    )
    agent_is = models.CharField(
        max_length=5, choices=Agent, default="", db_default="", blank=True
    )
    agent = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    # Answers to custom fields, by their key: read whole, and asked for by nobody.
    answers = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # Put on the ticket beside those it has.
    tags = models.ManyToManyField("webcare.Tag", related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1)
    usage_count = models.PositiveIntegerField(default=0, db_default=0)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="macro_name_is_used_once_per_owner",
                fields=["name", "user", "team"],
                condition=Q(is_retired=False),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="macro_has_one_owner",
                condition=Q(user__isnull=True) | Q(team__isnull=True),
            ),
            models.CheckConstraint(
                name="macro_agent_is_named",
                condition=Q(agent__isnull=True) | Q(agent_is="other"),
            ),
            models.CheckConstraint(
                name="macro_then_is_known",
                condition=Q(then__in=["", "open", "pending", "resolved"]),
            ),
            models.CheckConstraint(
                name="macro_priority_is_known",
                condition=Q(priority__in=["", *Priority.values]),
            ),
            models.CheckConstraint(
                name="macro_agent_is_is_known",
                condition=Q(agent_is__in=["", "me", "none", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MacroText(models.Model):
    """One wording of a macro, for a channel and a language, or for any."""

    macro = models.ForeignKey(
        Macro, models.CASCADE, related_name="texts", db_index=False
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.CASCADE, null=True, related_name="+"
    )
    language = models.CharField(max_length=12, default="", db_default="", blank=True)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="macro_text_once_per_channel_and_language",
                fields=["macro", "channel", "language"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} {self.language}"


class MacroUse(models.Model):
    """That a macro was used on a ticket; the same key is the same use."""

    macro = models.ForeignKey(Macro, models.CASCADE, related_name="+")
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey("webcare.User", models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="macro_use_is_one_per_key", fields=["ticket", "key"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} {self.ticket_id}"
