import uuid

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models import Visibility
from webcare.domain.lifecycle import Status


class Approval(models.Model):
    """An answer that a second person reads before it goes out.

    What is approved is pinned by a digest over text, files, visibility and
    recipient; nothing else can be sent on the strength of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        VOIDED = "voided", _("No longer valid")
        EXPIRED = "expired", _("Expired")

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    writer = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    # As with an answer: the same key asks once.
    client_key = models.CharField(max_length=200)
    text = models.TextField()
    visibility = models.CharField(max_length=7, choices=Visibility)
    thread = models.ForeignKey(
        "conversations.Thread", models.PROTECT, related_name="+", db_index=False
    )
    then = models.CharField(max_length=8, choices=Status)
    holding = models.BooleanField(default=False, db_default=False)
    # SHA-256 over text, files, visibility and recipient.
    digest = models.BinaryField(max_length=32)
    # What it was written against: the author's newest message, and our newest answer.
    written_against = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    newest_reply = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(
        max_length=8, choices=State, default=State.WAITING, db_default="waiting"
    )
    # Why it was rejected, in the approver's words; or a stable word for why it is void.
    reason = models.CharField(max_length=1_000, default="", db_default="", blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reply = models.OneToOneField(
        "webcare.Reply", models.PROTECT, null=True, related_name="approval"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_state_is_known",
                condition=Q(
                    state__in=["waiting", "approved", "rejected", "voided", "expired"]
                ),
            ),
            models.CheckConstraint(
                name="approval_visibility_is_known",
                condition=Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="approval_moves_to_a_known_state",
                condition=Q(then__in=Status.values),
            ),
            models.CheckConstraint(
                name="approval_is_never_by_its_writer",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("writer")),
            ),
            models.CheckConstraint(
                name="approval_by_a_person_has_one",
                condition=~Q(state__in=["approved", "rejected"])
                | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_rejected_has_a_reason",
                condition=~Q(state="rejected") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="approval_approved_has_its_answer",
                condition=Q(state="approved", reply__isnull=False)
                | (~Q(state="approved") & Q(reply__isnull=True)),
            ),
            models.CheckConstraint(
                name="approval_ends_with_a_time",
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="approval_is_asked_once", fields=["ticket", "client_key"]
            ),
            models.UniqueConstraint(
                name="approval_one_waits_per_ticket_and_writer",
                fields=["ticket", "writer"],
                condition=Q(state="waiting"),
            ),
        ]
        indexes = [
            # The list of those who approve: what waits, in the order of asking; and
            # all there ever was, of one state or of any.
            models.Index(
                name="approval_waits",
                fields=["asked_at", "id"],
                condition=Q(state="waiting"),
            ),
            models.Index(name="approval_by_age", fields=["asked_at", "id"]),
            # A writer's own.
            models.Index(
                name="approval_of_writer", fields=["writer", "asked_at", "id"]
            ),
            # The sweep: what has waited too long.
            models.Index(
                name="approval_runs_out",
                fields=["expires_at"],
                condition=Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
