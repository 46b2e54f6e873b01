import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class Note(models.Model):
    """What colleagues tell each other; in a table that the sender never reads."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey("webcare.Ticket", models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.written_at}"


class NoteMention(models.Model):
    """A colleague whom a note calls by name, and who may see its ticket."""

    note = models.ForeignKey(
        Note, models.CASCADE, related_name="mentions", db_index=False
    )
    user = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="note_mentions_a_person_once", fields=["note", "user"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"
