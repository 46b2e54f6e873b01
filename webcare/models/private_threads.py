from django.db import models
from django.db.models.functions import Now


class PrivateThread(models.Model):
    """The author's private thread that goes on with a public ticket.

    One ticket per thread: what its author writes there belongs to that one.
    """

    thread = models.OneToOneField(
        "conversations.Thread", models.PROTECT, primary_key=True, related_name="+"
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="private_threads"
    )
    by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.ticket_id} goes on in {self.thread_id}"
