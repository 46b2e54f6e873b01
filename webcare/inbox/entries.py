"""A ticket's timeline as it is shown: quiet events between what was said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.dateparse import parse_datetime

from webcare.inbox.event_words import words_for
from webcare.inbox.statuses import APPROVALS, DELIVERIES, LAPSES, Look
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
    answers: "Answers | None" = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What something said replies to, where that does not stand right above it."""

    key: str
    author: str  # empty where it was us
    at: datetime | None


def shown_entries(entries: Sequence[Entry]) -> list[ShownEntry]:
    """Return entries with their times read and runs of events folded together."""
    found: list[ShownEntry] = []
    for is_event, run in groupby(entries, key=lambda entry: entry.is_event):
        if is_event:
            found.append(_folded(list(run)))
        else:
            found += [_said(entry) for entry in run]
    return _related(found)


def _related(entries: list[ShownEntry]) -> list[ShownEntry]:
    """What replies to what was said just before it needs no saying."""
    above = ""
    shown = []
    for entry in entries:
        if entry.answers and entry.answers.key == above:
            entry = replace(entry, answers=None)
        shown.append(entry)
        above = entry.key if entry.kind in ("message", "reply") else above
    return shown


def _folded(events: list[Entry]) -> ShownEntry:
    lines = tuple(line for line in map(_line, events) if line.words)
    return ShownEntry(f"event-{events[0].mark.id}", "events", events[0].at, lines=lines)


def _line(event: Entry) -> Line:
    words = words_for(event.kind, event.data)
    actor = event.data.get("actor") or ""
    return Line(event.at, words, "" if actor in words else actor)


def _said(entry: Entry) -> ShownEntry:
    data = entry.data | {
        name: parse_datetime(entry.data[name])
        for name in ("edited", "deleted", "over")
        if entry.data.get(name)
    }
    if data.get("waits") == "voided":
        data["reason"] = LAPSES.get(data["reason"], "")
    for version in data.get("versions") or []:
        version["at"] = parse_datetime(version["at"])
    return ShownEntry(
        f"{entry.kind}-{entry.mark.id}",
        entry.kind,
        entry.at,
        data,
        APPROVALS.get(data.get("waits", "")) or DELIVERIES.get(data.get("state", "")),
        parse_datetime(data["due"]) if data.get("due") else None,
        answers=_answers(data.get("answers")),
    )


def _answers(found: dict[str, Any] | None) -> Answers | None:
    if not found:
        return None
    author = found["author"] or ""
    return Answers(f"message-{found['id']}", author, parse_datetime(found["at"]))
