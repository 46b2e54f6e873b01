"""Which rolls a report may read, and which spans it has to read from the facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.queries.measures import Measure

DAY, MONTH = "day", "month"
# Facts of the last day leave no marks, so these days are never rolled up: most changes
# are of what is new, and cost nothing that way.
FRESH = timedelta(days=1)


class Span(NamedTuple):
    """From the first instant up to, not including, the second."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Together all of a period, and nothing of it twice."""

    rolls: tuple[int, ...]
    spans: tuple[Span, ...]


def zone() -> ZoneInfo:
    return ZoneInfo(settings.DESK_TIME_ZONE)


def begin_of(day: date) -> datetime:
    """Return the instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone()).astimezone(UTC)


def day_of(at: datetime) -> date:
    """Return the local day of an instant."""
    return at.astimezone(zone()).date()


def week_or_day(name: str) -> tuple[date, date]:
    """Return the first day that `2026-W03` or `2026-01-17` names, and the one after."""
    first = date.fromisoformat(name)
    return first, first + timedelta(days=7 if "W" in name else 1)


def month_after(start: date) -> date:
    return (start.replace(day=1) + timedelta(days=32)).replace(day=1)


def plan(
    measure: Measure, view: str, period: Span, as_of: datetime, *, by_day: bool = False
) -> Plan:
    """Return what covers `period`: rolls that hold what was known at `as_of`.

    One statement. A roll is read when it was made before `as_of` and nothing in it has
    changed between; all else is left to the facts. `by_day` leaves the months out.
    """
    certain = as_of - timedelta(days=measure.certain_after_days)
    rows = fetch(
        """SELECT r.id, r.grain, r.from_at, r.to_at FROM webcare_roll r
            WHERE r.measure = %(measure)s AND r.view = %(view)s AND r.zone = %(zone)s
              AND r.from_at >= %(start)s AND r.to_at <= %(end)s
              AND (r.grain = 'day' OR NOT %(by_day)s)
              AND r.known_until <= %(as_of)s AND r.to_at <= %(certain)s
              AND NOT EXISTS (
                  SELECT FROM webcare_mark m
                   WHERE m.measure = r.measure AND m.view = r.view
                     AND m.quarter >= r.from_at AND m.quarter < r.to_at
                     AND m.at <= %(as_of)s)
            ORDER BY r.grain = 'day', r.from_at""",
        {
            "measure": measure.name,
            "view": view,
            "zone": settings.DESK_TIME_ZONE,
            "start": period.start,
            "end": period.end,
            "by_day": by_day,
            "as_of": as_of,
            "certain": certain,
        },
    )
    return _chosen(rows, period)


def _chosen(rows: Sequence[tuple[int, str, datetime, datetime]], period: Span) -> Plan:
    """Take whole months first, then the days that are in none of them."""
    months = [Span(*ends) for _, grain, *ends in rows if grain == MONTH]
    chosen = {}
    for pk, grain, start, end in rows:
        if grain == MONTH or not any(m.start <= start < m.end for m in months):
            chosen[pk] = Span(start, end)
    return Plan(tuple(chosen), tuple(_gaps(sorted(chosen.values()), period)))


def _gaps(taken: Sequence[Span], period: Span) -> Iterator[Span]:
    """The parts of `period` that none of `taken` covers."""
    at = period.start
    for span in taken:
        if at < span.start:
            yield Span(at, span.start)
        at = span.end
    if at < period.end:
        yield Span(at, period.end)
