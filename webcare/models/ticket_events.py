from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from webcare.models.tickets import Ticket


class TicketEvent(models.Model):
    """What happened to a ticket: written once, with both its times.

    `effective_at` is when it happened, `recorded_at` when we learned it. Reports
    and deadlines read these rows and nothing else; the database refuses to change
    or remove them.
    """

    class Kind(models.TextChoices):
        OPENED = "opened"
        MESSAGE_ADDED = "message_added"
        MESSAGE_EDITED = "message_edited"
        MESSAGE_DELETED = "message_deleted"
        CLASSIFIED = "classified"
        ROUTED = "routed"
        ASSIGNED = "assigned"
        RELEASED = "released"
        STATUS_CHANGED = "status_changed"
        PRIORITY_CHANGED = "priority_changed"
        REPLY_WRITTEN = "reply_written"
        REPLY_TAKEN_BACK = "reply_taken_back"
        REPLY_SENT = "reply_sent"
        REPLY_REFUSED = "reply_refused"
        REPLY_UNCERTAIN = "reply_uncertain"
        ANSWERED_ELSEWHERE = "answered_elsewhere"
        NOTE_ADDED = "note_added"
        RESOLVED = "resolved"
        REOPENED = "reopened"
        CLOSED = "closed"
        UNDONE = "undone"
        DECIDED = "decided"
        MERGED = "merged"
        UNMERGED = "unmerged"
        SPLIT = "split"
        LINKED = "linked"
        UNLINKED = "unlinked"
        MOVED_TO_PRIVATE = "moved_to_private"
        TAGGED = "tagged"
        UNTAGGED = "untagged"
        FIELD_CHANGED = "field_changed"
        FOLLOWED = "followed"
        UNFOLLOWED = "unfollowed"
        REFERENCE_ADDED = "reference_added"
        REFERENCE_REMOVED = "reference_removed"
        CONSULTED = "consulted"
        CONSULT_ANSWERED = "consult_answered"
        ALARM_RAISED = "alarm_raised"
        ALARM_SENT = "alarm_sent"
        ALARM_ACKNOWLEDGED = "alarm_acknowledged"
        APPROVAL_ASKED = "approval_asked"
        APPROVED = "approved"
        APPROVAL_REJECTED = "approval_rejected"
        APPROVAL_VOIDED = "approval_voided"
        REPLY_HELD = "reply_held"
        REPLY_LET_GO = "reply_let_go"
        MESSAGE_HIDDEN = "message_hidden"
        MESSAGE_UNHIDDEN = "message_unhidden"
        MESSAGE_LIKED = "message_liked"
        MESSAGE_UNLIKED = "message_unliked"
        MESSAGE_RETRACTED = "message_retracted"
        MACRO_APPLIED = "macro_applied"
        RULE_RAN = "rule_ran"
        SURVEY_ASKED = "survey_asked"
        SURVEY_ANSWERED = "survey_answered"
        SURVEY_UNREAD = "survey_unread"
        SENTIMENT_CHANGED = "sentiment_changed"
        PROMISED = "promised"
        WARNED = "warned"
        BREACHED = "breached"
        ERASED = "erased"

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="events", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    # People leave by being made inactive: history keeps who did what.
    actor = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What made it happen: a person, a stage of the pipeline, a rule, a platform.
    cause = models.CharField(max_length=40, default="person", db_default="person")
    data = models.JSONField(default=dict)
    # The writing transaction: readers in order wait for all that began before it.
    written_in = models.BigIntegerField(
        db_default=Func(
            template="(pg_current_xact_id()::text::bigint)",
            output_field=models.BigIntegerField(),
        ),
        editable=False,
    )

    class Meta:
        indexes = [
            models.Index(name="ticket_event_of_ticket", fields=["ticket", "id"]),
            # The event stream for integrators, complete and in order.
            models.Index(name="ticket_event_in_order", fields=["written_in", "id"]),
            # Who took what: a report for those who lead.
            models.Index(
                name="ticket_event_of_claims",
                fields=["recorded_at"],
                condition=Q(kind="assigned", actor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"
