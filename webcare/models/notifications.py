import uuid

from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Follower(models.Model):
    """Somebody who wants to know what becomes of a ticket."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="followers", db_index=False
    )
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="follower_follows_a_ticket_once", fields=["ticket", "user"]
            ),
        ]
        indexes = [
            # The tickets that somebody follows.
            models.Index(name="follower_of_user", fields=["user", "ticket"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"


class Notification(models.Model):
    """One thing that somebody was told about a ticket; the log holds the facts."""

    class Kind(models.TextChoices):
        MENTIONED = "mentioned", _("A note mentions you")
        ASSIGNED = "assigned", _("It was given to you")
        CUSTOMER_WROTE = "customer_wrote", _("The customer wrote")
        ANSWERED = "answered", _("It was answered")
        RESOLVED = "resolved", _("It was resolved")
        REOPENED = "reopened", _("It was opened again")
        RETURNED = "returned", _("It waited too long for its agent")
        DANGER = "danger", _("Somebody may be in danger")
        RULE = "rule", _("A rule points it out")
        APPROVAL_ASKED = "approval_asked", _("An answer waits for your approval")
        APPROVED = "approved", _("Your answer was approved")
        REJECTED = "rejected", _("Your answer was not approved")
        LAPSED = "lapsed", _("Your answer no longer waits for approval")

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey("webcare.Ticket", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    # What it is about: a line of the log, or the note that mentions this person.
    event = models.ForeignKey(
        "webcare.TicketEvent",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    note = models.ForeignKey(
        "webcare.Note", models.CASCADE, null=True, related_name="+"
    )
    # It may lie ahead: a rule tells nobody of anything while their desk is closed.
    at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notification_kind_is_known",
                condition=Q(
                    kind__in=[
                        "mentioned",
                        "assigned",
                        "customer_wrote",
                        "answered",
                        "resolved",
                        "reopened",
                        "returned",
                        "danger",
                        "rule",
                        "approval_asked",
                        "approved",
                        "rejected",
                        "lapsed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="notification_is_about_an_event_or_a_note",
                condition=Q(kind="mentioned", note__isnull=False)
                | (~Q(kind="mentioned") & Q(event__isnull=False)),
            ),
        ]
        indexes = [
            # A person's own list: what is unread first, then the newest.
            models.Index(
                "user",
                Case(When(read_at__isnull=True, then=F("at"))).desc(nulls_last=True),
                F("id").desc(),
                name="notification_unread_first",
            ),
            # Forgetting what was read long ago.
            models.Index(
                name="notification_by_reading",
                fields=["read_at"],
                condition=Q(read_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
