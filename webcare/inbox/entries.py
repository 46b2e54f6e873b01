"""A ticket's timeline as it is shown: quiet events between what was said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution
from webcare.inbox.reasons import queue_reason
from webcare.inbox.statuses import DELIVERIES, Look
from webcare.queries.inbox import in_words
from webcare.queries.timelines import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words, and who did it."""

    at: datetime
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """Something said, or a run of events between two things said."""

    key: str
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    delivery: Look | None = None
    due_at: datetime | None = None
    lines: tuple[Line, ...] = ()


def shown_entries(entries: Sequence[Entry]) -> list[ShownEntry]:
    """Return entries with their times read and runs of events folded together."""
    found: list[ShownEntry] = []
    for is_event, run in groupby(entries, key=lambda entry: entry.is_event):
        if is_event:
            found.append(_folded(list(run)))
        else:
            found += [_said(entry) for entry in run]
    return found


def _folded(events: list[Entry]) -> ShownEntry:
    lines = tuple(_line(event) for event in events if event_words(event))
    return ShownEntry(f"event-{events[0].mark.id}", "events", events[0].at, lines=lines)


def _line(event: Entry) -> Line:
    words = event_words(event)
    actor = event.data.get("actor") or ""
    return Line(event.at, words, "" if actor in words else actor)


def _said(entry: Entry) -> ShownEntry:
    data = entry.data | {
        name: parse_datetime(entry.data[name])
        for name in ("edited", "deleted")
        if entry.data.get(name)
    }
    for version in data.get("versions") or []:
        version["at"] = parse_datetime(version["at"])
    return ShownEntry(
        f"{entry.kind}-{entry.mark.id}",
        entry.kind,
        entry.at,
        data,
        DELIVERIES.get(data.get("state", "")),
        parse_datetime(data["due"]) if data.get("due") else None,
    )


def event_words(event: Entry) -> str:
    """Return what happened, in the reader's words."""
    words = _WORDS.get(event.kind)
    return words(event.data) if words else ""


def _opened(data: dict[str, Any]) -> str:
    if data.get("reason") == "danger":
        return _("Ticket opened: this speaks of danger")
    return _("Ticket opened")


def _classified(data: dict[str, Any]) -> str:
    topic = in_words(data.get("topic_name"), data.get("topic_name_nl"))
    if not topic:
        return _("No topic is sure enough")
    percent = round((data.get("confidence") or 0) * 100)
    if data.get("by") == "model" and percent:
        return _("Topic %(topic)s, %(percent)d%% sure") % {
            "topic": topic,
            "percent": percent,
        }
    return _("Topic %(topic)s") % {"topic": topic}


def _routed(data: dict[str, Any]) -> str:
    words = _("To queue %(queue)s") % {"queue": data.get("queue_name") or "?"}
    reason = queue_reason(data)
    return f"{words}, {reason}" if reason else words


def _assigned(data: dict[str, Any]) -> str:
    return _("%(agent)s is on it") % {"agent": data.get("agent_name") or "?"}


def _released(data: dict[str, Any]) -> str:
    return _("%(agent)s gave it back") % {"agent": data.get("agent_name") or "?"}


def _resolved(data: dict[str, Any]) -> str:
    outcome = data.get("outcome", "")
    label = Resolution(outcome).label if outcome in Resolution.values else ""
    return _("Resolved: %(outcome)s") % {"outcome": label}


def _status(data: dict[str, Any]) -> str:
    status = data.get("status", "")
    label = Status(status).label if status in Status.values else ""
    return _("Status: %(status)s") % {"status": label}


_WORDS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "opened": _opened,
    "classified": _classified,
    "routed": _routed,
    "assigned": _assigned,
    "released": _released,
    "status_changed": _status,
    "priority_changed": lambda data: _("Priority changed"),
    "reply_taken_back": lambda data: _("Answer taken back"),
    "resolved": _resolved,
    "reopened": lambda data: _("Reopened"),
    "closed": lambda data: _("Closed"),
}
