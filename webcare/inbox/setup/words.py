"""Words of the set-up that more than one form chooses from."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EVENTS: tuple[tuple[str, Any], ...] = (
    ("opened", _("It opens")),
    ("message_added", _("Its author writes")),
    ("message_edited", _("A message is changed")),
    ("classified", _("It gets a topic")),
    ("routed", _("It comes into a queue")),
    ("assigned", _("Somebody has it")),
    ("released", _("It is given back")),
    ("status_changed", _("Its status changes")),
    ("priority_changed", _("Its priority changes")),
    ("reply_written", _("An answer is written")),
    ("reply_sent", _("An answer is sent")),
    ("reply_refused", _("An answer is refused")),
    ("reply_uncertain", _("An answer may not have come through")),
    ("answered_elsewhere", _("It is answered elsewhere")),
    ("note_added", _("A note is written")),
    ("resolved", _("It is resolved")),
    ("reopened", _("It reopens")),
    ("closed", _("It is closed")),
    ("merged", _("It is merged")),
    ("unmerged", _("It is taken apart")),
    ("split", _("It is split")),
    ("moved_to_private", _("It goes on in private")),
    ("tagged", _("A tag is put on")),
    ("untagged", _("A tag is taken off")),
    ("field_changed", _("A field is answered")),
    ("consult_answered", _("A colleague answered by mail")),
    ("approval_rejected", _("An answer is not approved")),
    ("warned", _("A promise is nearly due")),
    ("breached", _("A promise is broken")),
)


def pairs(words: type[TextChoices]) -> tuple[tuple[str, Any], ...]:
    """Return what stands in a body, and what people call it."""
    return tuple((one.value, one.label) for one in words)


# What is written down of changes of rights and of what left the desk.
AUDITED = (
    ("approval_changed", _("Second reading changed")),
    ("author_listed", _("Author put on a list")),
    ("author_unlisted", _("Author taken off a list")),
    ("calendar_changed", _("Opening hours changed")),
    ("calendar_made", _("Opening hours made")),
    ("calendar_retired", _("Opening hours out of use")),
    ("desk_begun", _("Desk begun")),
    ("desk_changed", _("Desk renamed")),
    ("exported", _("Exported")),
    ("external_changed", _("Works elsewhere, or not")),
    ("activated", _("Let in again")),
    ("deactivated", _("Let out")),
    ("model_chosen", _("Model chosen")),
    ("person_erased", _("Person erased")),
    ("person_exported", _("Person's data given out")),
    ("person_made", _("Person added")),
    ("policies_ordered", _("Promises put in order")),
    ("policy_changed", _("Promise changed")),
    ("policy_made", _("Promise made")),
    ("policy_retired", _("Promise out of use")),
    ("report_rescheduled", _("Report letter changed")),
    ("report_scheduled", _("Report letter made")),
    ("report_sent", _("Report letter sent")),
    ("report_unscheduled", _("Report letter ended")),
    ("retention_changed", _("Retention changed")),
    ("role_given", _("Role given")),
    ("role_taken", _("Role taken")),
    ("routing_saved", _("Routing saved")),
    ("topic_changed", _("Topic changed")),
    ("topic_merged", _("Topic merged")),
    ("topic_unmerged", _("Topic given back")),
)
