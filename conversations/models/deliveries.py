import uuid

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models.threads import Visibility


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("Refused")
    UNCERTAIN = "uncertain", _("Outcome unknown")
    CANCELLED = "cancelled", _("Taken back")
    # We answered elsewhere meanwhile: a person says whether it still goes out.
    HELD = "held", _("Held back")


# Not at its end: the next text of its thread has to wait for it, where its outcome is
# unknown for a while. What is held waits for a person, who may never come: it stands in
# nobody's way.
UNSETTLED = frozenset({State.WAITING, State.SENDING, State.UNCERTAIN})


class Delivery(models.Model):
    """A text of ours on its way out."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    thread = models.ForeignKey(
        "conversations.Thread", models.PROTECT, related_name="+", db_index=False
    )
    in_reply_to = models.ForeignKey(
        "conversations.Message",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    visibility = models.CharField(max_length=7, choices=Visibility)
    text = models.TextField()
    state = models.CharField(
        max_length=9, choices=State, default=State.WAITING, db_default="waiting"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Not before this moment: the time to take it back, or a platform's wait.
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True)
    fence = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    # Since when a person is asked whether it should still go out. One under way is
    # held only when the platform puts it off.
    held_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, default="", db_default="", blank=True)
    # Looked up again at this moment, while the outcome is unknown.
    look_up_at = models.DateTimeField(null=True)
    message = models.OneToOneField(
        "conversations.Message", models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_state_is_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="delivery_visibility_is_known",
                condition=Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="delivery_sent_has_a_message",
                condition=~Q(state=State.SENT) | Q(message__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_held_has_a_time",
                condition=~Q(state=State.HELD) | Q(held_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="delivery_one_under_way_per_thread",
                fields=["thread"],
                condition=Q(state=State.SENDING),
            ),
        ]
        indexes = [
            # The sender looks for what is due, and for what nobody came back from.
            models.Index(
                name="delivery_unsettled",
                fields=["due_at"],
                condition=Q(state__in=sorted(UNSETTLED)),
            ),
            # Order is kept within a thread.
            models.Index(
                name="delivery_queue_of_thread",
                fields=["thread", "id"],
                condition=Q(state__in=sorted(UNSETTLED)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
