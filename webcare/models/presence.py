from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class TicketPresence(models.Model):
    """Somebody who has a ticket before them now: a trace that fades in seconds.

    The table is not logged: it is written at every sign of life, and after a crash
    of the database everybody who is still there says so again.
    """

    class Doing(models.TextChoices):
        VIEWING = "viewing"
        TYPING = "typing"
        IDLE = "idle"

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    doing = models.CharField(max_length=7, choices=Doing)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_presence_once_per_person", fields=["ticket", "user"]
            ),
            models.CheckConstraint(
                name="ticket_presence_doing_is_known",
                condition=Q(doing__in=["viewing", "typing", "idle"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.doing} {self.ticket_id}"
