import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models.sealed import SealedField


class OnCall(models.Model):
    """Somebody who is woken when people speak of danger, in the order of the list."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=100)
    # Paged on the desk itself; the others need no account.
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(max_length=254, default="", blank=True)
    webhook_url = models.URLField(max_length=500, default="", blank=True)
    secret = SealedField(default="", blank=True)
    language = models.CharField(max_length=5, default="nl")
    # How long this one has before the next of the list is alerted as well.
    wait_minutes = models.PositiveSmallIntegerField(default=5)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="on_call_can_be_reached",
                condition=Q(user__isnull=False) | ~Q(email="") | ~Q(webhook_url=""),
            ),
            models.CheckConstraint(
                name="on_call_waits_one_minute_to_a_day",
                condition=Q(wait_minutes__gte=1, wait_minutes__lte=1_440),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.name}"


class Alarm(models.Model):
    """Danger on a ticket: rung along the on-call list until somebody acknowledges."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="alarms", db_index=False
    )
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    # How many times it was rung: the place in the list, which begins anew at its end.
    step = models.PositiveIntegerField(default=0, db_default=0)
    # Rung again at this moment, unless somebody acknowledges.
    next_at = models.DateTimeField(null=True, db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # By the link in a letter, where the one on call has no account.
    acknowledged_on_call = models.ForeignKey(
        OnCall, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="alarm_one_rings_per_ticket",
                fields=["ticket"],
                condition=Q(acknowledged_at__isnull=True),
            ),
            models.CheckConstraint(
                name="alarm_rings_until_acknowledged",
                condition=Q(acknowledged_at__isnull=True, next_at__isnull=False)
                | Q(acknowledged_at__isnull=False, next_at__isnull=True),
            ),
        ]
        indexes = [
            # The sweep rings what is due.
            models.Index(
                name="alarm_rings_next",
                fields=["next_at"],
                condition=Q(acknowledged_at__isnull=True),
            ),
            # The list of alarms, the newest first.
            models.Index(name="alarm_by_time", fields=["raised_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.raised_at}"


class AlarmCall(models.Model):
    """One alarm told to one person in one way, and what became of it."""

    class By(models.TextChoices):
        PAGE = "page"
        MAIL = "mail"
        WEBHOOK = "webhook"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alarm = models.ForeignKey(
        Alarm, models.CASCADE, related_name="calls", db_index=False
    )
    step = models.PositiveIntegerField()
    on_call = models.ForeignKey(OnCall, models.CASCADE, related_name="+")
    by = models.CharField(max_length=7, choices=By)
    called_at = models.DateTimeField(db_default=Now(), editable=False)
    # Of a letter, its own state says what became of it.
    mail = models.ForeignKey(
        "webcare.Mail", models.PROTECT, null=True, related_name="alarm_calls"
    )
    # SHA-256 of what the letter's link holds: it acknowledges what the letter names.
    digest = models.BinaryField(max_length=32, null=True)
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default="waiting"
    )
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    fence = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="alarm_call_is_made_once", fields=["alarm", "step", "by"]
            ),
            models.CheckConstraint(
                name="alarm_call_by_is_known",
                condition=Q(by__in=["page", "mail", "webhook"]),
            ),
            models.CheckConstraint(
                name="alarm_call_state_is_known",
                condition=Q(state__in=["waiting", "sending", "sent", "failed"]),
            ),
            models.CheckConstraint(
                name="alarm_call_by_mail_has_a_letter",
                condition=Q(by="mail", mail__isnull=False, digest__isnull=False)
                | (~Q(by="mail") & Q(mail__isnull=True, digest__isnull=True)),
            ),
        ]
        indexes = [
            # The sender calls the webhooks that are due.
            models.Index(
                name="alarm_call_unsettled",
                fields=["due_at"],
                condition=Q(by="webhook", state__in=["waiting", "sending"]),
            ),
            # The link in a letter.
            models.Index(
                name="alarm_call_by_link",
                fields=["digest"],
                condition=Q(digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.by} {self.state}"
