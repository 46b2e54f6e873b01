from django.db import models
from django.db.models import F, Q

from webcare.models.tickets import Ticket


class TicketMessage(models.Model):
    """Which ticket a message stands in now, and which one it came in by.

    Its turn is measured on `origin_ticket`, whatever is merged or split. It belongs
    to `split_ticket` if somebody split it off, else to its origin; it stands there,
    or where that ticket was merged into.
    """

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="+"
    )
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ticket_messages")
    origin_ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="+", db_index=False
    )
    split_ticket = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            # What of a ticket's messages stands elsewhere: given back by an unmerge.
            models.Index(
                name="ticket_message_elsewhere",
                fields=["origin_ticket"],
                condition=~Q(ticket=F("origin_ticket")),
            ),
            models.Index(
                name="ticket_message_split_off",
                fields=["split_ticket"],
                condition=Q(split_ticket__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.message_id}"
