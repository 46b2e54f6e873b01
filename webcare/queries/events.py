"""Every event a person may see, for integrators: complete and in order."""

from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.models import User
from webcare.queries.event_rows import (
    EVENT_COLUMNS,
    EVENT_SOURCE,
    EventRow,
    event_row,
    told,
)
from webcare.queries.sight import visible


class Place(NamedTuple):
    """How far somebody has read: the writing transaction, and the event within it."""

    written_in: int = 0
    event: int = 0


def events_after(user: User, place: Place, limit: int) -> tuple[list[EventRow], Place]:
    """Return the next events after `place`, and the place to go on from.

    Transactions commit in another order than they begin. An event is handed out only
    when every transaction that began before its own has ended, so that none can
    still turn up before it: who follows the places misses nothing, and meets nothing
    twice.
    """
    seen, values = visible(user)
    settled = settled_now()
    rows = fetch(
        f"""SELECT {EVENT_COLUMNS} FROM {EVENT_SOURCE}
             WHERE (e.written_in, e.id) > (%(written_in)s, %(event)s)
               AND e.written_in < %(settled)s
               AND {seen}
             ORDER BY e.written_in, e.id LIMIT %(limit)s""",
        {
            **values,
            **place._asdict(),
            "settled": settled,
            "limit": limit,
        },
    )
    events = told([event_row(row) for row in rows], user)
    if len(events) == limit:
        return events, Place(events[-1].written_in, events[-1].id)
    # All before this transaction has been read, seen by this person or not.
    return events, max(place, Place(settled, 0))


class Logged(NamedTuple):
    """One line of the log, for readers who serve many people at once."""

    ticket: int
    queue: int | None  # where the ticket is by now
    event: EventRow


def log_after(place: Place, settled: int, limit: int) -> tuple[list[Logged], Place]:
    """Return the next lines of the whole log, as `events_after` does for a person.

    Whoever hands them on asks first who may see them. `settled` is read before;
    readers that share it stand at the same place afterwards.
    """
    rows = fetch(
        f"""SELECT k.id, k.queue_id, {EVENT_COLUMNS} FROM {EVENT_SOURCE}
             WHERE (e.written_in, e.id) > (%(written_in)s, %(event)s)
               AND e.written_in < %(settled)s
             ORDER BY e.written_in, e.id LIMIT %(limit)s""",
        {**place._asdict(), "settled": settled, "limit": limit},
    )
    events = told([event_row(row[2:]) for row in rows])
    lines = [Logged(row[0], row[1], e) for row, e in zip(rows, events, strict=True)]
    if len(lines) == limit:
        last = lines[-1].event
        return lines, Place(last.written_in, last.id)
    return lines, max(place, Place(settled, 0))


def end_of_log() -> Place:
    """Return the place from which only what happens from now on is read."""
    return Place(settled_now(), 0)


def settled_now() -> int:
    """The oldest transaction that is still under way; read before the events are."""
    [[oldest]] = fetch(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", []
    )
    return int(oldest)
