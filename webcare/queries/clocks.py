"""What clocks are made of, as actions and pages need it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.clocks import Counted, Course, spans, spent
from webcare.domain.promises import Key, Line, Pin, Told, tell
from webcare.exceptions import NotFound
from webcare.models import User
from webcare.queries.policies import versions
from webcare.queries.sight import visible


class ClockRow(NamedTuple):
    """A clock as it is kept, with what is known of its turn or ticket."""

    id: int
    ticket: int
    stands: int  # where its ticket is worked on: what it was merged into, or itself
    promise: str
    turn: int  # 0: the whole ticket
    policy: int | None
    calendar: int | None
    target_seconds: int
    started_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    next_at: datetime | None
    began_at: datetime  # as its turn or ticket says
    ended_at: datetime | None  # of its turn

    @property
    def key(self) -> Key:
        return self.promise, self.turn

    @property
    def pin(self) -> Pin:
        return Pin(self.policy, self.calendar, self.target_seconds)


_COLUMNS = """c.id, c.ticket_id, coalesce(k.merged_into_id, k.id), c.promise,
           coalesce(t.number, 0), c.policy_version_id, c.calendar_version_id,
           c.target_seconds, c.started_at, c.due_at, c.paused_at, c.stopped_at,
           c.warned_at, c.breached_at, c.next_at,
           coalesce(t.started_at, least(c.started_at, k.opened_at)), t.ended_at"""
_SOURCE = """webcare_clock c
      JOIN webcare_ticket k ON k.id = c.ticket_id
      LEFT JOIN webcare_turn t ON t.id = c.turn_id"""
CLOCKS = f"SELECT {_COLUMNS} FROM {_SOURCE}"


# The tickets on which a promise that still runs is broken: `s.ticket_id`.
BROKEN = """(
    SELECT coalesce(f.merged_into_id, f.id) AS ticket_id
      FROM webcare_clock c JOIN webcare_ticket f ON f.id = c.ticket_id
     WHERE c.breached_at IS NOT NULL AND c.stopped_at IS NULL) s WHERE true"""
# Whether the ticket `k` is one of them, for who walks through many. OFFSET 0 has each
# looked up: else all that is broken is read into a hash, for a page of fifty.
IS_BROKEN = """(EXISTS (
    SELECT FROM webcare_clock c
     WHERE c.ticket_id = k.id AND c.breached_at IS NOT NULL AND c.stopped_at IS NULL
    OFFSET 0)
  OR EXISTS (
    SELECT FROM webcare_ticket f JOIN webcare_clock c ON c.ticket_id = f.id
     WHERE f.merged_into_id = k.id AND c.breached_at IS NOT NULL
       AND c.stopped_at IS NULL
    OFFSET 0))"""


def clocks_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a clock should have warned, or a promise broken, so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_clock
              WHERE next_at
                    <= statement_timestamp() - make_interval(secs => %s))""",
        [for_seconds],
    )
    return [()] if is_due else []


def clocks_of(tickets: Sequence[int]) -> list[ClockRow]:
    """Return every clock of these tickets, and of what was merged into them."""
    rows = fetch(
        f"""{CLOCKS}
            WHERE k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s)
            ORDER BY c.started_at, c.id""",
        {"tickets": list(tickets)},
    )
    return [ClockRow(*row) for row in rows]


def told(rows: Iterable[ClockRow], *, by_turns: bool = True) -> dict[int, Told]:
    """Return what the log tells about these clocks, by their id.

    When a turn began and ended is read from the turn, which knows where each of its
    messages stands now; `by_turns` false reads that from the log as well. At most
    three statements.
    """
    by_ticket: dict[int, list[ClockRow]] = {}
    for row in rows:
        by_ticket.setdefault(row.ticket, []).append(row)
    logs = _logs({row.ticket: row.stands for row in rows}) if by_ticket else {}
    pins = {
        ticket: {row.key: row.pin for row in clocks}
        for ticket, clocks in by_ticket.items()
    }
    asked = versions([pin for those in pins.values() for pin in those.values()])
    found: dict[int, Told] = {}
    for ticket, clocks in by_ticket.items():
        story = tell(ticket, logs[ticket], asked, pins[ticket])
        for row in clocks:
            one = story[row.key]
            found[row.id] = _by_turn(one, row) if by_turns else one
    return found


def _by_turn(told: Told, row: ClockRow) -> Told:
    stopped_at = row.ended_at if row.turn else told.course.stopped_at
    course = told.course._replace(started_at=row.began_at, stopped_at=stopped_at)
    return told._replace(course=course)


def _logs(stands: Mapping[int, int]) -> dict[int, list[Line]]:
    """The lines that clocks are read from, with those of where a ticket went by merges.

    One statement, and one more for each time that went elsewhere in turn.
    """
    read: dict[int, list[tuple[int, Line]]] = {}
    unread = {*stands, *stands.values()}
    while unread:
        read |= dict.fromkeys(unread, []) | _lines(unread)
        unread = {into for of in unread for into in _went(read[of])} - read.keys()
    found: dict[int, list[Line]] = {}
    for ticket in stands:
        numbered = [one for of in _way(ticket, read) for one in read[of]]
        found[ticket] = [line for _, line in sorted(numbered, key=lambda one: one[0])]
    return found


def _lines(tickets: Collection[int]) -> dict[int, list[tuple[int, Line]]]:
    """Each with its number, by their ticket."""
    rows = fetch(
        """SELECT e.id, e.kind, e.effective_at, e.data::text, e.ticket_id
             FROM webcare_ticketevent e
            WHERE e.ticket_id = ANY(%s)
              AND e.data ?| ARRAY['status', 'priority', 'promises', 'message',
                                  'into', 'target']
            ORDER BY e.id""",
        [sorted(tickets)],
    )
    found: dict[int, list[tuple[int, Line]]] = {}
    for number, kind, at, data, of in rows:
        line = Line(kind, at, json.loads(data), of)
        found.setdefault(of, []).append((number, line))
    return found


def _went(lines: Iterable[tuple[int, Line]]) -> list[int]:
    """What tickets it was merged into, one after the other."""
    return [
        line.data["into"]
        for _, line in lines
        if line.kind == "merged" and "into" in line.data
    ]


def _way(ticket: int, read: Mapping[int, list[tuple[int, Line]]]) -> set[int]:
    """The ticket, and all that it was merged into, directly or through others."""
    way, ahead = {ticket}, [ticket]
    while ahead:
        for into in _went(read[ahead.pop()]):
            if into not in way:
                way.add(into)
                ahead.append(into)
    return way


class Version(NamedTuple):
    """A policy or a calendar as it was when a clock started."""

    key: str  # a policy's public id, a calendar's slug
    name: str
    number: int


class Explained(NamedTuple):
    """A clock, under what it was started, and every stretch of it."""

    row: ClockRow
    policy: Version | None
    calendar: Version | None
    spent_seconds: int
    spans: list[Counted]


def explain(user: User, ticket: UUID) -> list[Explained]:
    """Return every promise on a ticket and on what was merged into it, with why.

    Two statements, and two more for versions that are new to this process. Raises
    NotFound when `user` may not see the ticket.
    """
    seen, values = visible(user)
    found = fetch(_EXPLAINED.format(seen=seen), {**values, "ticket": ticket})
    if not found:
        raise NotFound("There is no such ticket.")
    rows = [(ClockRow(*one[:_OWN]), one[_OWN:]) for one in found if one[0]]
    stories = told([row for row, _ in rows])
    return [_explained(row, stories[row.id].course, *rest) for row, rest in rows]


_OWN = len(ClockRow._fields)
# A ticket without a promise is one row of nulls.
_EXPLAINED = f"""
    WITH ticket AS (
        SELECT k.id FROM webcare_ticket k WHERE k.public_id = %(ticket)s AND {{seen}})
    SELECT one.* FROM ticket LEFT JOIN LATERAL (
           SELECT {_COLUMNS}, clock_timestamp(),
                  p.public_id::text, p.name, pv.number, h.slug, h.name, hv.number
             FROM {_SOURCE}
             LEFT JOIN webcare_policyversion pv ON pv.id = c.policy_version_id
             LEFT JOIN webcare_policy p ON p.id = pv.policy_id
             LEFT JOIN webcare_calendarversion hv ON hv.id = c.calendar_version_id
             LEFT JOIN webcare_calendar h ON h.id = hv.calendar_id
            WHERE k.id = ticket.id OR k.merged_into_id = ticket.id
            ORDER BY c.started_at, c.id) AS one ON true"""


def _explained(row: ClockRow, course: Course, now: datetime, *names: Any) -> Explained:
    policy = Version(*names[:3]) if row.policy else None
    calendar = Version(*names[3:]) if row.calendar else None
    return Explained(row, policy, calendar, spent(course, now), spans(course, now))
