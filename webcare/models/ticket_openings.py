from django.db import models


class TicketOpening(models.Model):
    """When a ticket was taken to be opened, until something older came into it.

    Written by a trigger whenever that moves: a message that came late, a merge, a
    split. With these, reports can be asked as of a past moment.
    """

    ticket = models.ForeignKey("webcare.Ticket", models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    known_from = models.DateTimeField(null=True)  # empty: from the first on
    known_until = models.DateTimeField()

    class Meta:
        indexes = [
            # Reports as of a past moment read a period of openings.
            models.Index(name="ticket_opening_by_moment", fields=["opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.opened_at}"
