from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.outcomes import Priority


class TurnFacts(models.Model):
    """What is known of a turn, and since when.

    Every fact has two times, as every event has: when it was so, and when we learned
    it. Queue, topic, priority and language are as they were when the turn ended; while
    it waits its ticket knows them.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        ANSWERED = "answered"
        LEFT = "left"  # closed without an answer, on purpose

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(
        max_length=8, choices=Outcome, default=Outcome.WAITING, db_default="waiting"
    )
    started_at = models.DateTimeField()
    start_known_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    # Kept by a trigger, so that no statement that ends a turn can forget it.
    end_known_at = models.DateTimeField(null=True, editable=False)
    # The first text of ours that reached the author and was no answer yet: written by
    # a rule, or by somebody who says that they look into it.
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_known_at = models.DateTimeField(null=True, editable=False)
    # What the queue's calendar said then, and what it says of the time until then.
    acknowledged_calendar = models.ForeignKey(
        "webcare.CalendarVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    acknowledged_business_seconds = models.PositiveIntegerField(null=True)
    acknowledged_in_hours = models.BooleanField(null=True)
    # From the earliest unanswered message to the platform's acceptance; in the open
    # hours of the queue's calendar, and by the clock on the wall.
    calendar_seconds = models.PositiveIntegerField(null=True)
    business_seconds = models.PositiveIntegerField(null=True)
    # Whether the queue was open when it ended: what is answered in closed time takes
    # no business seconds at all, and is counted apart.
    in_hours = models.BooleanField(null=True)
    # What that calendar said then; empty: always open.
    calendar_version = models.ForeignKey(
        "webcare.CalendarVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
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
    language = models.CharField(max_length=12, default="", db_default="")
    # Since when this is what we know; kept by the same trigger.
    known_from = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.ticket_id} turn {self.number}"


class Turn(TurnFacts):
    """A run of one author's messages until our answer: what response times are of.

    Closed either by an answer, or deliberately without one; the latter leaves the
    response times and is counted on its own.
    """

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="turns", db_index=False
    )
    first_message = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    answer = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
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
            models.CheckConstraint(
                name="turn_acknowledged_has_two_times",
                condition=Q(acknowledged_at__isnull=True)
                | Q(acknowledged_known_at__isnull=False),
            ),
        ]
        indexes = [
            # Reports read a period of turns by their start.
            models.Index(name="turn_by_start", fields=["started_at"]),
            models.Index(
                name="turn_by_end",
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
            ),
            models.Index(
                name="turn_by_acknowledgement",
                fields=["acknowledged_at"],
                condition=Q(number=1, acknowledged_at__isnull=False),
            ),
            # Those who wait, and those who still did at a moment just past.
            models.Index(
                name="turn_waits_by_start",
                fields=["started_at"],
                condition=Q(outcome="waiting"),
            ),
            models.Index(
                name="turn_by_known_end",
                fields=["end_known_at"],
                condition=Q(end_known_at__isnull=False),
            ),
        ]


class TurnVersion(TurnFacts):
    """What was known of a turn until something known of it was changed.

    Written by a trigger whenever a fact is corrected: a start that moves back for a
    late message, a turn that was left and is taken up, a name that comes later. A turn
    that waits and ends writes none. With these, any report can be asked as of a past
    moment: what was known then is each turn, or the version of it, whose time it was.
    """

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="versions")
    known_from = models.DateTimeField()
    known_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="turn_version_was_known_for_a_while",
                condition=Q(known_until__gt=models.F("known_from")),
            ),
            models.CheckConstraint(
                name="turn_version_outcome_is_known",
                condition=Q(outcome__in=["waiting", "answered", "left"]),
            ),
            models.CheckConstraint(
                name="turn_version_priority_is_known",
                condition=Q(priority__in=Priority.values),
            ),
        ]
        indexes = [
            # Reports as of a past moment read a period of turns by their start.
            models.Index(name="turn_version_by_start", fields=["started_at"]),
            # And those of one ticket.
            models.Index(name="turn_version_of_ticket", fields=["ticket"]),
        ]
