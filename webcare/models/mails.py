import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Mail(models.Model):
    """A letter on its way out; its words are dropped once it has gone or failed."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    # Also the Message-ID: a server that gets it twice can tell.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField(default="")
    # The same again for programs that show it, and a file beside it.
    html = models.TextField(default="", db_default="", blank=True)
    attachment = models.TextField(default="", db_default="", blank=True)
    attachment_name = models.CharField(
        max_length=100, default="", db_default="", blank=True
    )
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default="waiting"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    fence = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_state_is_known",
                condition=Q(state__in=["waiting", "sending", "sent", "failed"]),
            ),
            models.CheckConstraint(
                name="mail_settled_has_a_time_and_no_words",
                condition=Q(
                    state__in=["sent", "failed"], settled_at__isnull=False, body=""
                )
                | Q(state__in=["waiting", "sending"], settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="mail_settled_has_no_file",
                condition=Q(state__in=["waiting", "sending"])
                | Q(html="", attachment=""),
            ),
        ]
        indexes = [
            # The sender looks for what is due, and for what nobody came back from.
            models.Index(
                name="mail_unsettled",
                fields=["due_at"],
                condition=Q(state__in=["waiting", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
