from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from webcare.domain.outcomes import Promise


class Clock(models.Model):
    """One promise on one ticket, with the moment by which it has to be kept."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="clocks", db_index=False
    )
    promise = models.CharField(max_length=14, choices=Promise)
    turn = models.ForeignKey(
        "webcare.Turn", models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    # When it was started, for reports as of a past moment; of old ones nobody knows.
    known_from = models.DateTimeField(null=True, db_default=Now())
    # What held when it started, for good: no version of a policy is a queue's own
    # promise, no version of a calendar counts all of the time.
    policy_version = models.ForeignKey(
        "webcare.PolicyVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    calendar_version = models.ForeignKey(
        "webcare.CalendarVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    target_seconds = models.PositiveIntegerField()
    # Empty while it is held up.
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    # The last warning and the breach, once they were told; each is the instant itself.
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    # When the next of them is to be told.
    next_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(
                name="clock_is_not_both_paused_and_stopped",
                condition=Q(paused_at__isnull=True) | Q(stopped_at__isnull=True),
            ),
        ]
        indexes = [
            # What warns or breaks now?
            models.Index(
                name="clock_rings_next",
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
            ),
            # Which tickets are late now?
            models.Index(
                name="clock_broken_and_running",
                fields=["ticket"],
                condition=Q(breached_at__isnull=False, stopped_at__isnull=True),
            ),
            # Which tickets are promised to be resolved, and are not yet?
            models.Index(
                name="clock_of_unresolved",
                fields=["ticket"],
                condition=Q(promise=Promise.RESOLUTION, stopped_at__isnull=True),
            ),
            # Which promises were broken, and which tickets resolved, in a period?
            models.Index(
                F("promise"),
                models.Func(
                    F("breached_at"), F("due_at"), function="webcare_late_instant"
                ),
                name="clock_by_when_late",
            ),
            models.Index(
                name="clock_by_resolution",
                fields=["stopped_at"],
                condition=Q(promise=Promise.RESOLUTION, stopped_at__isnull=False),
            ),
            # What was broken since this morning?
            models.Index(
                name="clock_broken_by_time",
                fields=["breached_at"],
                include=["ticket"],
                condition=Q(breached_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.promise}"
