from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.outcomes import Priority, Resolution


class Ending(models.Model):
    """One time that a ticket was resolved: what resolution figures are of.

    Everything is as it was then. One that was taken back, by hand or since the answer
    it rested on never arrived, is in no figure that is asked afterwards; it keeps no
    number. A ticket that was merged away has no ending by that.
    """

    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="endings", db_index=False
    )
    # 1 is the first resolution; of those not taken back the highest is the last.
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    at = models.DateTimeField()
    known_at = models.DateTimeField(db_default=Now(), editable=False)
    outcome = models.CharField(max_length=16, choices=Resolution)
    reason = models.CharField(max_length=40, default="", db_default="", blank=True)
    # From the opening to this ending; in the open hours of the queue's calendar, and
    # by the clock on the wall.
    calendar_seconds = models.PositiveIntegerField()
    business_seconds = models.PositiveIntegerField(null=True)
    # What that calendar said then; empty: always open.
    calendar_version = models.ForeignKey(
        "webcare.CalendarVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Who resolved it; nobody, where a rule did. And whose ticket it was.
    by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    agent = models.ForeignKey(
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
    priority = models.CharField(max_length=6, choices=Priority)
    language = models.CharField(max_length=12, default="", db_default="")
    # When its author wrote again, or somebody took it up.
    reopened_at = models.DateTimeField(null=True)
    reopened_known_at = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ending_has_one_number",
                fields=["ticket", "number"],
                condition=Q(undone_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="ending_one_stands_per_ticket",
                fields=["ticket"],
                condition=Q(reopened_at__isnull=True, undone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="ending_outcome_is_known",
                condition=Q(outcome__in=Resolution.values),
            ),
            models.CheckConstraint(
                name="ending_priority_is_known",
                condition=Q(priority__in=Priority.values),
            ),
            models.CheckConstraint(
                name="ending_reopened_has_two_times",
                condition=Q(reopened_at__isnull=True, reopened_known_at__isnull=True)
                | Q(reopened_at__isnull=False, reopened_known_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ending_is_reopened_or_undone",
                condition=Q(reopened_at__isnull=True) | Q(undone_at__isnull=True),
            ),
        ]
        indexes = [
            # Reports read a period of endings by their moment, or by when all began.
            models.Index(name="ending_by_moment", fields=["at"]),
            models.Index(name="ending_by_opening", fields=["opened_at"]),
            # What of a ticket was known then, endings that were taken back included?
            models.Index(name="ending_of_ticket", fields=["ticket"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} ending {self.number}"
