import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Consultation(models.Model):
    """A question to a colleague without an account; the answer becomes a note."""

    class State(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"
        CANCELLED = "cancelled"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="consultations", db_index=False
    )
    asked_by = models.ForeignKey("webcare.User", models.PROTECT, related_name="+")
    to = models.EmailField(max_length=254)
    question = models.TextField()
    # The language of the letter and of the page behind its link.
    language = models.CharField(max_length=5)
    # SHA-256 of what the link holds; the link itself is in the letter alone.
    digest = models.BinaryField(max_length=32, unique=True)
    mail = models.OneToOneField("webcare.Mail", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=9, choices=State, default=State.ASKED, db_default="asked"
    )
    answered_at = models.DateTimeField(null=True)
    note = models.OneToOneField(
        "webcare.Note", models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consultation_state_is_known",
                condition=Q(state__in=["asked", "answered", "cancelled"]),
            ),
            models.CheckConstraint(
                name="consultation_answered_has_a_time",
                condition=Q(state="answered", answered_at__isnull=False)
                | (~Q(state="answered") & Q(answered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="consultation_ends_after_it_was_asked",
                condition=Q(expires_at__gt=models.F("asked_at")),
            ),
        ]
        indexes = [
            # The list on a ticket.
            models.Index(
                name="consultation_of_ticket", fields=["ticket", "asked_at", "id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"
