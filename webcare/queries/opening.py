"""When queues are open: between two moments for a statement to count with, or next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from conversations.models.bulk import fetch, ids
from webcare.domain.calendars import Calendar
from webcare.exceptions import NeverOpen
from webcare.queries.calendars import compiled, current_versions

UNROUTED = -1


def opening(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return of each queue with a calendar its open spans, in seconds, as the calendar
    said at `end`.

    Three statements at most, however many queues; where a queue has no calendar there
    is nothing of it.
    """
    queues = ids(fetch("SELECT id FROM webcare_queue", []))
    versions = current_versions([*queues, None], at=end)
    calendars = compiled({pk for pk in versions.values() if pk is not None})
    spans = {pk: _spans(calendar, start, end) for pk, calendar in calendars.items()}
    return [
        {"queue": UNROUTED if queue is None else queue, **spans[version]}
        for queue, version in versions.items()
        if version is not None
    ]


def openings_of(tickets: Sequence[int]) -> dict[int, datetime]:
    """Return when the queues of these tickets open, without those that are open now or
    have no hours, and without danger, which does not wait. Four statements at most."""
    rows = fetch(
        """SELECT id, queue_id, statement_timestamp() FROM webcare_ticket
            WHERE id = ANY(%s) AND NOT is_danger""",
        [list(tickets)],
    )
    versions = current_versions({queue for _, queue, _ in rows}) if rows else {}
    hours = compiled({pk for pk in versions.values() if pk is not None})
    found = {
        pk: _next(hours[version], now)
        for pk, queue, now in rows
        if (version := versions[queue]) is not None
    }
    return {pk: at for pk, at in found.items() if at is not None}


def _next(hours: Calendar, now: datetime) -> datetime | None:
    """A calendar that has run out holds nothing up."""
    try:
        return None if hours.is_open(now) else hours.next_opening(now)
    except NeverOpen:
        return None


def _spans(calendar: Calendar, start: datetime, end: datetime) -> dict[str, Any]:
    """Lists of when spans began, how long they were, and what was open before each."""
    begins, lengths, befores, so_far = [], [], [], 0
    for span in calendar.spans(start, end):
        if span.is_open:
            first, last = int(span.start.timestamp()), int(span.end.timestamp())
            begins.append(first)
            lengths.append(last - first)
            befores.append(so_far)
            so_far += last - first
    return {
        "begins": begins,
        "lengths": lengths,
        "befores": befores,
        "all_of": so_far,
    }
