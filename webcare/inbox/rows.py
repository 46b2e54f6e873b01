"""A list's rows as they are shown: times in words, states with their looks."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from webcare.domain.clocks import is_late, light
from webcare.domain.search import Segment
from webcare.inbox import durations
from webcare.inbox.statuses import LIGHTS, PRIORITIES, STATUSES, Look
from webcare.queries.inbox import Row


@dataclass(frozen=True, slots=True)
class ClockLook:
    """A promise: how it stands, and how long it has or is over."""

    look: Look
    words: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: Row
    status: Look
    priority: Look
    waiting: str
    percent: int
    clock: ClockLook | None
    # Where the words that were looked for were said.
    snippet: tuple[Segment, ...] = ()


def shown(row: Row, now: datetime, snippet: tuple[Segment, ...] = ()) -> ShownRow:
    """Return `row` as it looks at `now`."""
    waiting = durations.in_words(_age(row.waiting_since, now))
    return ShownRow(
        row,
        STATUSES[row.status],
        PRIORITIES[row.priority],
        waiting if row.waiting_since else "",
        round((row.topic_confidence or 0) * 100),
        _clock(row, now),
        snippet,
    )


def clock_look(due_at: datetime, warns_at: datetime | None, now: datetime) -> ClockLook:
    """Return how a running promise looks at `now`."""
    left = (due_at - now).total_seconds()
    words = durations.in_words(max(left, 0) if not is_late(due_at, now) else -left)
    said = _("%(time)s late") if is_late(due_at, now) else _("%(time)s left")
    look = LIGHTS[light(due_at, warns_at, now)]
    return ClockLook(look, said % {"time": words}, due_at)


def _clock(row: Row, now: datetime) -> ClockLook | None:
    if row.due_at is None or row.resolved_at:
        return None
    return clock_look(row.due_at, row.warns_at, now)


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0
