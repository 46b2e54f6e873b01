from django.db import models


class ClockVersion(models.Model):
    """From when a promise was broken if nobody kept it, until that was another moment.

    Written by a trigger, so that a report can be asked as of a past moment.
    """

    clock = models.ForeignKey(
        "webcare.Clock", models.CASCADE, related_name="+", db_index=False
    )
    late_at = models.DateTimeField(null=True)  # empty while it was held up
    known_until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                name="clock_version_of_clock", fields=["clock", "known_until"]
            ),
            models.Index(name="clock_version_by_when_late", fields=["late_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} late at {self.late_at} until {self.known_until}"
