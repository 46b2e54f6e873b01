import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Act(models.TextChoices):
    """What can be done to a message on its platform, beside answering it."""

    HIDE = "hide"
    UNHIDE = "unhide"
    LIKE = "like"
    UNLIKE = "unlike"
    RETRACT = "retract"


class PlatformAct(models.Model):
    """One act on its way to a platform; doing it twice does it once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DONE = "done"
        REFUSED = "refused"

    # Told to the platform, the same on every try.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, related_name="acts", db_index=False
    )
    act = models.CharField(max_length=7, choices=Act)
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default="waiting"
    )
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    fence = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="platform_act_is_known", condition=Q(act__in=Act.values)
            ),
            models.CheckConstraint(
                name="platform_act_state_is_known",
                condition=Q(state__in=["waiting", "sending", "done", "refused"]),
            ),
            models.CheckConstraint(
                name="platform_act_settled_has_a_time",
                condition=Q(state__in=["done", "refused"], settled_at__isnull=False)
                | Q(state__in=["waiting", "sending"], settled_at__isnull=True),
            ),
            # A second one would overtake the first.
            models.UniqueConstraint(
                name="platform_act_one_is_under_way_per_message",
                fields=["message"],
                condition=Q(state__in=["waiting", "sending"]),
            ),
        ]
        indexes = [
            # The sender looks for what is due on a channel.
            models.Index(
                name="platform_act_unsettled",
                fields=["channel", "due_at"],
                condition=Q(state__in=["waiting", "sending"]),
            ),
            # What was done to a message.
            models.Index(name="platform_act_of_message", fields=["message", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.message_id} {self.state}"
