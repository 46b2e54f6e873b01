import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models.sealed import SealedField


class Subscription(models.Model):
    """An address outside that is told what happens to tickets.

    The log is the outbox: a subscription remembers how far it has read, as a place of
    `webcare.queries.events`, and never loses what is committed out of order.
    """

    class Disabled(models.TextChoices):
        BY_HAND = "by_hand"  # somebody switched it off
        GONE = "gone"  # its receiver answered 410

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    # Whose sight decides what is told.
    owner = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")
    url = models.URLField(max_length=500)
    # Two secrets may be live while one is being replaced by the other.
    secret = SealedField(default="", blank=True)
    previous_secret = SealedField(default="", blank=True)
    # Names of events; none means all of them.
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Tickets of these queues only; none means all that the owner sees.
    queues = models.ManyToManyField("webcare.Queue", related_name="+", blank=True)
    is_active = models.BooleanField(default=True)
    disabled_because = models.CharField(
        max_length=10, choices=Disabled, default="", blank=True
    )
    # How far the log has been read.
    written_in = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)
    # Failed tries in a row, and until when the receiver is left alone after them.
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    # Takes its time to answer: gets one call at once, so that it holds up nobody.
    is_slow = models.BooleanField(default=False)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subscription_says_why_it_is_off",
                condition=Q(is_active=True, disabled_because="")
                | Q(is_active=False, disabled_because__in=["by_hand", "gone"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> list[str]:
        """The live secrets, newest first."""
        return [secret for secret in (self.secret, self.previous_secret) if secret]


class SubscriptionSequence(models.Model):
    """How many events of one ticket a subscription has been told or will be."""

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    sequence = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="subscription_counts_each_ticket_once",
                fields=["subscription", "ticket"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.ticket_id} {self.sequence}"


class SubscriptionDelivery(models.Model):
    """One event on its way to one subscription: what is said is made when it leaves.

    Its public id is the receiver's key to a repeat: every try carries the same one.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DELIVERED = "delivered"
        DEAD = "dead"

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="+", db_index=False
    )
    # None for a ping.
    event = models.ForeignKey(
        "webcare.TicketEvent",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Without a gap, for each ticket: a receiver knows what is still to come.
    sequence = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=40)
    state = models.CharField(
        max_length=9, choices=State, default=State.WAITING, db_default="waiting"
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0, db_default=0)
    # Of the last try: what was answered, or why there was no answer.
    status_code = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=200, default="", db_default="", blank=True)
    made_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="subscription_is_told_each_event_once",
                fields=["subscription", "event"],
            ),
            models.UniqueConstraint(
                name="subscription_delivery_has_its_own_number",
                fields=["subscription", "ticket", "sequence"],
            ),
            models.CheckConstraint(
                name="subscription_delivery_state_is_known",
                condition=Q(state__in=["waiting", "sending", "delivered", "dead"]),
            ),
            models.CheckConstraint(
                name="subscription_delivery_at_its_end_has_a_time",
                condition=Q(state__in=["delivered", "dead"], settled_at__isnull=False)
                | Q(state__in=["waiting", "sending"], settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="subscription_delivery_of_a_ticket_has_a_number",
                condition=Q(
                    event__isnull=True, ticket__isnull=True, sequence__isnull=True
                )
                | Q(event__isnull=False, ticket__isnull=False, sequence__isnull=False),
            ),
        ]
        indexes = [
            # The caller: what is due for this subscription?
            models.Index(
                name="sub_delivery_due",
                fields=["subscription", "due_at", "id"],
                condition=Q(state="waiting"),
            ),
            # The caller: is something earlier of this ticket still under way?
            models.Index(
                name="sub_delivery_in_order",
                fields=["subscription", "ticket", "sequence"],
                condition=Q(state__in=["waiting", "sending"]),
            ),
            # The sweep: what never came back?
            models.Index(
                name="sub_delivery_sending",
                fields=["claimed_at"],
                condition=Q(state="sending"),
            ),
            # The log, newest first.
            models.Index(
                name="sub_delivery_log", fields=["subscription", "made_at", "id"]
            ),
            # The sweep that forgets.
            models.Index(
                name="sub_delivery_settled",
                fields=["settled_at"],
                condition=Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
