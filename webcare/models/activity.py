from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

_DURING = Func(
    "began_at", "ended_at", function="tstzrange", output_field=DateTimeRangeField()
)


class Activity(models.Model):
    """A while in which one agent worked on one ticket: what handle time is the sum of.

    Two of one agent never overlap, the database sees to it: whoever has two tickets
    before them works on one of them.
    """

    user = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()  # moves on with every sign of life
    # False once its ticket was closed or another one taken up.
    goes_on = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="activity_ends_after_it_began",
                condition=Q(ended_at__gte=F("began_at")),
            ),
            ExclusionConstraint(
                name="activity_is_on_one_ticket_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (_DURING, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            # What somebody works on now: looked up at every sign of life.
            models.Index(name="activity_newest_of_user", fields=["user", "-began_at"]),
            # Handle time of a ticket, and of a period.
            models.Index(name="activity_of_ticket", fields=["ticket"]),
            models.Index(name="activity_by_begin", fields=["began_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id} {self.began_at}"
