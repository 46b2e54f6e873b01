from django.db import models
from django.db.models.functions import Now


class Annoyance(models.Model):
    """A message on a ticket in which its author wants us gone; few are."""

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="+"
    )
    author = models.ForeignKey("conversations.Author", models.PROTECT, related_name="+")
    # Which list of words spoke, and of which edition.
    why = models.CharField(max_length=20)
    edition = models.PositiveSmallIntegerField()
    noted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.message_id} {self.why}"
