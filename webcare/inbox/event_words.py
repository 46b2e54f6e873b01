"""What happened to a ticket, in the reader's words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Promise, Resolution
from webcare.domain.readings import Sentiment
from webcare.inbox.reasons import agent_reason, queue_reason
from webcare.queries.inbox import in_words

Facts = Mapping[str, Any]


def words_for(kind: str, data: Facts) -> str:
    """Return what an event of this kind says, or nothing where it says no more than
    what stands beside it."""
    words = _WORDS.get(kind)
    return words(data) if words else ""


def _opened(data: Facts) -> str:
    if data.get("reason") == "danger":
        return _("Ticket opened: this speaks of danger")
    return _("Ticket opened")


def _classified(data: Facts) -> str:
    topic = in_words(data.get("topic_name"), data.get("topic_name_nl"))
    if not topic:
        return _("No topic is sure enough")
    if data.get("by") == "merge":
        return _("Topic %(topic)s, by a merge of topics") % {"topic": topic}
    percent = round((data.get("confidence") or 0) * 100)
    if data.get("by") == "model" and percent:
        return _("Topic %(topic)s, %(percent)d%% sure") % {
            "topic": topic,
            "percent": percent,
        }
    return _("Topic %(topic)s") % {"topic": topic}


def _routed(data: Facts) -> str:
    words = _("To queue %(queue)s") % {"queue": data.get("queue_name") or "?"}
    reason = queue_reason(dict(data))
    return f"{words}, {reason}" if reason else words


def _assigned(data: Facts) -> str:
    words = _("%(agent)s is on it") % {"agent": data.get("agent_name") or "?"}
    reason = agent_reason(dict(data))
    return f"{words}: {reason}" if reason else words


def _released(data: Facts) -> str:
    return _("%(agent)s gave it back") % {"agent": data.get("agent_name") or "?"}


def _scored(data: Facts) -> str:
    return _("Their score: %(score)s of 5") % {"score": data.get("score") or "?"}


def _resolved(data: Facts) -> str:
    outcome = data.get("outcome", "")
    label = Resolution(outcome).label if outcome in Resolution.values else ""
    return _("Resolved: %(outcome)s") % {"outcome": label}


def _status(data: Facts) -> str:
    status = data.get("status", "")
    label = Status(status).label if status in Status.values else ""
    return _("Status: %(status)s") % {"status": label}


def _priority(data: Facts) -> str:
    if data.get("is_danger") is False:
        return _("False alarm: no danger")
    priority = data.get("priority", "")
    label = Priority(priority).label if priority in Priority.values else ""
    return _("Priority: %(priority)s") % {"priority": label}


def _sentiment(data: Facts) -> str:
    sentiment = data.get("sentiment", "")
    label = Sentiment(sentiment).label if sentiment in Sentiment.values else ""
    return _("Sentiment: %(sentiment)s") % {"sentiment": label}


def _merged(data: Facts) -> str:
    if data.get("into"):
        return _("Merged into #%(number)s") % {"number": data["into"]}
    return _("#%(number)s was merged into this") % {"number": data.get("source")}


def _split(data: Facts) -> str:
    if data.get("into"):
        return _("Split off: #%(number)s") % {"number": data["into"]}
    return _("Split off from another ticket")


def _decided(data: Facts) -> str:
    if data.get("verdict") == "answer":
        return _("This does need an answer")
    return _("This needs no answer")


def _field(data: Facts) -> str:
    if data.get("is_answered"):
        return _("Field %(field)s filled in") % {"field": data.get("field")}
    return _("Field %(field)s emptied") % {"field": data.get("field")}


def _warned(data: Facts) -> str:
    return _("%(promise)s is due soon") % {"promise": _promise(data)}


def _breached(data: Facts) -> str:
    return _("%(promise)s is too late") % {"promise": _promise(data)}


def _promise(data: Facts) -> str:
    promise = data.get("promise", "")
    return str(Promise(promise).label) if promise in Promise.values else "?"


_WORDS: Mapping[str, Callable[[Facts], str]] = {
    "opened": _opened,
    "classified": _classified,
    "routed": _routed,
    "assigned": _assigned,
    "released": _released,
    "status_changed": _status,
    "priority_changed": _priority,
    "sentiment_changed": _sentiment,
    "reply_taken_back": lambda data: _("Answer taken back"),
    "reply_held": lambda data: _("Answer held: somebody has to look"),
    "reply_let_go": lambda data: _("Answer sent on"),
    "resolved": _resolved,
    "reopened": lambda data: _("Reopened"),
    "closed": lambda data: _("Closed"),
    "undone": lambda data: _("Undone"),
    "decided": _decided,
    "merged": _merged,
    "unmerged": lambda data: _("Taken apart again"),
    "split": _split,
    "linked": lambda data: _("Linked to another ticket"),
    "unlinked": lambda data: _("Link removed"),
    "moved_to_private": lambda data: _("Goes on in private"),
    "tagged": lambda data: _("Tag %(tag)s") % {"tag": data.get("tag")},
    "untagged": lambda data: _("Tag %(tag)s taken off") % {"tag": data.get("tag")},
    "field_changed": _field,
    "reference_added": lambda data: _("Number of another system added"),
    "reference_removed": lambda data: _("Number of another system removed"),
    "warned": _warned,
    "breached": _breached,
    "consulted": lambda data: _("A colleague was asked by mail"),
    "consult_answered": lambda data: _("The colleague answered"),
    "alarm_raised": lambda data: _("Alarm raised"),
    "alarm_sent": lambda data: _("Alarm sent to who is on call"),
    "alarm_acknowledged": lambda data: _("Alarm heard"),
    "approval_asked": lambda data: _("Waits for a second pair of eyes"),
    "approved": lambda data: _("Approved"),
    "approval_rejected": lambda data: _("Not approved"),
    "approval_voided": lambda data: _("Approval lapsed"),
    "message_hidden": lambda data: _("Hidden on the platform"),
    "message_unhidden": lambda data: _("Shown again on the platform"),
    "message_liked": lambda data: _("Liked on the platform"),
    "message_unliked": lambda data: _("No longer liked"),
    "message_retracted": lambda data: _("Taken off the platform"),
    "macro_applied": lambda data: _("Changed by a macro"),
    "rule_ran": lambda data: _("A rule ran"),
    "survey_asked": lambda data: _("Asked in private what they thought"),
    "survey_answered": _scored,
    "survey_unread": lambda data: _("That was no score after all"),
    "erased": lambda data: _("Texts were erased on request"),
}
