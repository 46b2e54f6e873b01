from django.db import models
from django.db.models import F, Q

from webcare.domain.outcomes import Priority, Promise


class Turn(models.Model):
    """A run of one author's messages until our answer: what response times are of.

    Closed either by an answer, or deliberately without one; the latter leaves the
    response times and is counted on its own.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        ANSWERED = "answered"
        LEFT = "left"  # closed without an answer, on purpose

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="turns", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(
        max_length=8, choices=Outcome, default=Outcome.WAITING, db_default="waiting"
    )
    started_at = models.DateTimeField()
    first_message = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    ended_at = models.DateTimeField(null=True)
    answer = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    # From the earliest unanswered message to the platform's acceptance.
    calendar_seconds = models.PositiveIntegerField(null=True)
    # As they were when the turn ended.
    answered_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    queue = models.ForeignKey(
        "webcare.Queue", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    topic = models.ForeignKey(
        "webcare.Topic", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    priority = models.CharField(
        max_length=6, choices=Priority, default=Priority.NORMAL, db_default="normal"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="turn_has_one_number", fields=["ticket", "number"]
            ),
            models.UniqueConstraint(
                name="turn_one_waits_per_ticket",
                fields=["ticket"],
                condition=Q(outcome="waiting"),
            ),
            models.CheckConstraint(
                name="turn_outcome_is_known",
                condition=Q(outcome__in=["waiting", "answered", "left"]),
            ),
            models.CheckConstraint(
                name="turn_priority_is_known",
                condition=Q(priority__in=Priority.values),
            ),
            models.CheckConstraint(
                name="turn_ended_has_a_time_and_a_length",
                condition=Q(
                    outcome="waiting",
                    ended_at__isnull=True,
                    calendar_seconds__isnull=True,
                )
                | (
                    ~Q(outcome="waiting")
                    & Q(ended_at__isnull=False, calendar_seconds__isnull=False)
                ),
            ),
        ]
        indexes = [
            # Reports read a period of turns by their start.
            models.Index(name="turn_by_start", fields=["started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} turn {self.number}"


class Clock(models.Model):
    """One promise on one ticket, with the moment by which it has to be kept."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="clocks", db_index=False
    )
    promise = models.CharField(max_length=14, choices=Promise)
    turn = models.ForeignKey(
        Turn, models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    target_seconds = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="clock_one_per_promise_and_turn",
                fields=["ticket", "promise", "turn"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="clock_promise_is_known", condition=Q(promise__in=Promise.values)
            ),
            models.CheckConstraint(
                name="clock_is_due_after_its_start",
                condition=Q(due_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.promise}"
