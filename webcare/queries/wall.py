"""What a screen on the wall shows: how every queue stands at this moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise, starmap
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.domain.calendars import ALWAYS, Calendar
from webcare.domain.permissions import Permission, roles_with
from webcare.domain.wall import LOOKED_BACK, WAITING_AGES, expected_wait
from webcare.exceptions import NeverOpen, NotAllowed
from webcare.models import User
from webcare.queries.calendars import compiled, current_versions
from webcare.queries.loads import LOAD, PRESENT
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.ticket_filters import IS_LIVE

AN_HOUR = timedelta(hours=1)


class Oldest(NamedTuple):
    """Who waits longest, and since when."""

    ticket: UUID
    number: int
    since: datetime


class Standing(NamedTuple):
    """How a queue stands, or all of them together.

    `waiting` are open tickets whose author waits for us. `load` and `capacity` are of
    those present who work in it, whatever else they have in their hands. `ages` count
    those waiting by how long they have, between WAITING_AGES.
    `expected_seconds` is None when it cannot be said.
    """

    queue: str | None
    name: str
    open: int
    waiting: int
    ages: tuple[int, ...]
    oldest: Oldest | None
    due_within_hour: int
    breached_today: int
    answered_today: int
    present: int
    load: float
    capacity: int
    expected_seconds: int | None


class Seat(NamedTuple):
    """Somebody at work."""

    id: UUID
    name: str
    load: float
    capacity: int
    queues: frozenset[int | None]  # None is all of them


class Wall(NamedTuple):
    at: datetime
    day_began_at: datetime
    total: Standing
    queues: list[Standing]
    # Those whom one may see by name; None when that is nobody at all.
    agents: list[Seat] | None


def wall(user: User) -> Wall:
    """Return how the queues stand in which `user` may see reports: eight statements.

    Tickets that wait for routing are in a line without a queue, for those who may see
    all. The day began at midnight where the desk is. Raises NotAllowed.
    """
    rights = Rights.of(user)
    allowed = rights.where(Permission.SEE_REPORTS)
    if not allowed:
        raise NotAllowed
    now = database_now()
    asked = _Asked(allowed, now, _midnight(now))
    counted, seats = _counted(asked), _seats(asked)
    names = fetch(
        """SELECT id, slug, name FROM webcare_queue
            WHERE %(everywhere)s OR id = ANY(%(queues)s) ORDER BY slug""",
        asked.values,
    )
    lines: list[tuple[int | None, str | None, str]] = list(names)
    if None in counted:
        lines.insert(0, (None, None, ""))
    calendars = _calendars([EVERYWHERE, *(pk for pk, *_ in lines)])
    queues = [
        _standing(
            slug, name, counted.get(pk, _NOTHING), _of(seats, pk), now, calendars[pk]
        )
        for pk, slug, name in lines
    ]
    whole = _summed(counted.values())
    everybody = _of_any(seats, {pk for pk, *_ in lines})
    total = _standing(None, "", whole, everybody, now, calendars[EVERYWHERE])
    named = _named(everybody, rights.where(Permission.SEE_PEOPLE))
    return Wall(now, asked.day, total, queues, named)


class _Asked(NamedTuple):
    allowed: set[int | None]
    now: datetime
    day: datetime

    @property
    def values(self) -> dict[str, Any]:
        recent = self.now - timedelta(seconds=LOOKED_BACK)
        return {
            "everywhere": EVERYWHERE in self.allowed,
            "queues": sorted(one for one in self.allowed if one is not None),
            "now": self.now,
            "day": self.day,
            "soon": self.now + AN_HOUR,
            "recent": recent,
            "either": min(recent, self.day),
            "roles": roles_with(Permission.WORK_TICKETS),
        } | {f"age{edge}": self.now - timedelta(seconds=edge) for edge in WAITING_AGES}


class _Counts(NamedTuple):
    open: int = 0
    waiting: int = 0
    ages: Sequence[int] = (0,) * (len(WAITING_AGES) + 1)
    oldest: Oldest | None = None
    due: int = 0
    breached: int = 0
    answered: int = 0
    recently: int = 0


_NOTHING = _Counts()


def _midnight(now: datetime) -> datetime:
    zone = ZoneInfo(settings.DESK_TIME_ZONE)
    return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)


_WITHIN = "(%(everywhere)s OR {queue} = ANY(%(queues)s))"


def _age_of(above: int, up_to: int | None) -> str:
    """Counts those who have waited longer than one edge, up to the next, in SQL.

    The edges are given: to subtract from now for each ticket took as long as the rest.
    """
    parts = [f"k.waiting_since < %(age{above})s"] if above else []
    if up_to is not None:
        parts.append(f"k.waiting_since >= %(age{up_to})s")
    return f"count(*) FILTER (WHERE {' AND '.join(parts)})"


_AGES = ", ".join(starmap(_age_of, pairwise((0, *WAITING_AGES, None))))
# One walk over the live tickets of an index that has all of it, ordered by queue.
_COUNTS = f"""
    WITH live AS (
        SELECT k.queue_id AS queue, count(*) AS open,
               count(k.waiting_since) AS waiting, min(k.waiting_since) AS since,
               ARRAY[{_AGES}] AS ages
          FROM webcare_ticket k
         WHERE {IS_LIVE} AND {_WITHIN.format(queue="k.queue_id")}
         GROUP BY 1),
    due AS (
        SELECT k.queue_id AS queue, count(*) AS due FROM webcare_ticket k
         WHERE {IS_LIVE} AND k.due_at >= %(now)s AND k.due_at <= %(soon)s
           AND {_WITHIN.format(queue="k.queue_id")}
         GROUP BY 1),
    broken AS (
        SELECT k.queue_id AS queue, count(*) AS breached
          FROM webcare_clock c JOIN webcare_ticket k ON k.id = c.ticket_id
         WHERE c.breached_at >= %(day)s AND {_WITHIN.format(queue="k.queue_id")}
         GROUP BY 1),
    answers AS (
        SELECT t.queue_id AS queue,
               count(*) FILTER (WHERE t.ended_at >= %(day)s) AS answered,
               count(*) FILTER (WHERE t.ended_at >= %(recent)s) AS recently
          FROM webcare_turn t
         WHERE t.outcome = 'answered' AND t.ended_at >= %(either)s
           AND {_WITHIN.format(queue="t.queue_id")}
         GROUP BY 1),
    found AS (
        SELECT queue FROM live UNION SELECT queue FROM due
         UNION SELECT queue FROM broken UNION SELECT queue FROM answers)
    SELECT f.queue, coalesce(l.open, 0), coalesce(l.waiting, 0), l.ages,
           oldest.public_id, oldest.number, l.since, coalesce(d.due, 0),
           coalesce(b.breached, 0), coalesce(a.answered, 0), coalesce(a.recently, 0)
      FROM found f
      LEFT JOIN live l ON l.queue IS NOT DISTINCT FROM f.queue
      LEFT JOIN due d ON d.queue IS NOT DISTINCT FROM f.queue
      LEFT JOIN broken b ON b.queue IS NOT DISTINCT FROM f.queue
      LEFT JOIN answers a ON a.queue IS NOT DISTINCT FROM f.queue
      LEFT JOIN LATERAL (
          SELECT k.public_id, k.id AS number FROM webcare_ticket k
           WHERE {IS_LIVE} AND k.waiting_since = l.since
             AND k.queue_id IS NOT DISTINCT FROM f.queue
           ORDER BY k.id LIMIT 1) oldest ON true"""


def _counted(asked: _Asked) -> dict[int | None, _Counts]:
    found: dict[int | None, _Counts] = {}
    for queue, is_open, waiting, ages, ticket, number, since, *rest in fetch(
        _COUNTS, asked.values, prepared=True
    ):
        oldest = Oldest(ticket, number, since) if ticket else None
        counted = ages or _NOTHING.ages
        found[queue] = _Counts(is_open, waiting, counted, oldest, *rest)
    return found


def _seats(asked: _Asked) -> list[Seat]:
    """Those at work in any of these queues, by name."""
    rows = fetch(
        f"""SELECT u.public_id,
                   coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''),
                            u.username) AS name,
                   {LOAD}, u.capacity, array_agg(DISTINCT m.queue_id)
              FROM webcare_presence p
              JOIN webcare_user u ON u.id = p.user_id AND u.is_active
              JOIN webcare_membership m ON m.user_id = u.id AND m.role = ANY(%(roles)s)
             WHERE {PRESENT}
               AND (%(everywhere)s OR m.queue_id IS NULL
                    OR m.queue_id = ANY(%(queues)s))
             GROUP BY u.id ORDER BY name, u.id""",
        asked.values,
        prepared=True,
    )
    return [
        Seat(pk, name, load, capacity, frozenset(queues))
        for pk, name, load, capacity, queues in rows
    ]


def _of(seats: Iterable[Seat], queue: int | None) -> list[Seat]:
    return [one for one in seats if EVERYWHERE in one.queues or queue in one.queues]


def _of_any(seats: Iterable[Seat], queues: set[int | None]) -> list[Seat]:
    return [one for one in seats if EVERYWHERE in one.queues or one.queues & queues]


def _named(seats: Sequence[Seat], allowed: set[int | None]) -> list[Seat] | None:
    """Those who work where one may see people."""
    if not allowed:
        return None
    if EVERYWHERE in allowed:
        return list(seats)
    return _of_any(seats, allowed)


def _calendars(queues: Iterable[int | None]) -> dict[int | None, Calendar]:
    versions = current_versions(queues)
    known = compiled({one for one in versions.values() if one is not None})
    return {
        queue: ALWAYS if version is None else known[version]
        for queue, version in versions.items()
    }


def _summed(counts: Iterable[_Counts]) -> _Counts:
    several = list(counts)
    oldest = [one.oldest for one in several if one.oldest]
    ages = [_NOTHING.ages, *(one.ages for one in several)]
    return _Counts(
        sum(one.open for one in several),
        sum(one.waiting for one in several),
        [sum(band) for band in zip(*ages, strict=True)],
        min(oldest, key=lambda one: one.since, default=None),
        sum(one.due for one in several),
        sum(one.breached for one in several),
        sum(one.answered for one in several),
        sum(one.recently for one in several),
    )


def _standing(
    queue: str | None,
    name: str,
    counts: _Counts,
    seats: Sequence[Seat],
    now: datetime,
    calendar: Calendar,
) -> Standing:
    return Standing(
        queue,
        name,
        counts.open,
        counts.waiting,
        tuple(counts.ages),
        counts.oldest,
        counts.due,
        counts.breached,
        counts.answered,
        len(seats),
        sum(one.load for one in seats),
        sum(one.capacity for one in seats),
        _expected(counts, now, calendar),
    )


def _expected(counts: _Counts, now: datetime, calendar: Calendar) -> int | None:
    """In seconds by the clock on the wall: nights in which nobody answers included."""
    recent = calendar.open_seconds(now - timedelta(seconds=LOOKED_BACK), now)
    wait = expected_wait(counts.waiting, counts.recently, recent)
    if wait is None:
        return None
    try:
        return int((calendar.add_open_seconds(now, wait) - now).total_seconds())
    except NeverOpen:
        return None
