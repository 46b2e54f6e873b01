from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import Visibility
from webcare.domain.lifecycle import Status


class Draft(models.Model):
    """What somebody has begun to write on a ticket; nobody else changes it."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    text = models.TextField()
    visibility = models.CharField(max_length=7, choices=Visibility)
    # Where the ticket is to go with it.
    then = models.CharField(max_length=8, choices=Status)
    # The tag of what the writer had before them; empty when they did not say.
    seen = models.CharField(max_length=100, default="", db_default="", blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="draft_one_per_ticket_and_person", fields=["ticket", "user"]
            ),
            models.CheckConstraint(
                name="draft_visibility_is_known",
                condition=Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="draft_moves_to_a_known_state",
                condition=Q(then__in=Status.values),
            ),
        ]
        indexes = [
            # A person's list of what they began, newest first.
            models.Index(name="draft_of_person", fields=["user", "updated_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"


class NoteDraft(models.Model):
    """What somebody has begun to tell colleagues; nobody else changes it."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    text = models.TextField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="note_draft_one_per_ticket_and_person", fields=["ticket", "user"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"
