"""Which rolls a report may read, and which spans it has to read from the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.queries.measures import Measure

HOUR, DAY, MONTH = "hour", "day", "month"
# Facts of the last two hours leave no marks, so these are never rolled up: most changes
# are of what is new, and cost nothing that way.
FRESH = timedelta(hours=2)
# Whoever asks for a period that begins within a day asks for one that began lately.
HOURS_KEPT = timedelta(days=100)
# What a roll holds: from 2 on, who goes on as well. Older ones are made again.
SCHEME = 2


class Span(NamedTuple):
    """From the first instant up to, not including, the second."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Together all of a period, and nothing of it twice."""

    rolls: tuple[int, ...]
    spans: tuple[Span, ...]
    # Whose rolls do not say who goes on: the spans, and more where they are older.
    live: tuple[Span, ...]

    @classmethod
    def of_facts(cls, *spans: Span) -> "Plan":
        return cls((), spans, spans)


def zone() -> ZoneInfo:
    return ZoneInfo(settings.DESK_TIME_ZONE)


def zone_of(grain: str) -> str:
    """Whose days rolls are of; of hours more, for code that knows none of them."""
    by_hour = "/hours" if grain == HOUR else ""
    return f"{settings.DESK_TIME_ZONE}{by_hour}"


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

    Whole months, then days, then hours of what is left: two statements. A roll is read
    when it was made before `as_of` and nothing in it has changed between; all else is
    left to the facts. `by_day` leaves the months out.
    """
    given = {
        "measure": measure.name,
        "view": view,
        "as_of": as_of,
        "certain": as_of - timedelta(days=measure.certain_after_days),
    }
    grains = [DAY] if by_day else [MONTH, DAY]
    rows = _chosen(_rolls_in([period], grains, given))
    rows += _rolls_in(_gaps(rows, period), [HOUR], given)
    return Plan(
        tuple(row.roll for row in rows),
        tuple(_gaps(rows, period)),
        tuple(_gaps([row for row in rows if row.scheme == SCHEME], period)),
    )


def hours_of(day: date) -> list[Span]:
    """Return the hours of a local day; where the clock changes the last may be cut."""
    begin, end = begin_of(day), begin_of(day + timedelta(days=1))
    count = -((begin - end) // timedelta(hours=1))
    starts = [begin + timedelta(hours=n) for n in range(count)]
    return [Span(*ends) for ends in pairwise([*starts, end])]


class _Found(NamedTuple):
    roll: int
    grain: str
    start: datetime
    end: datetime
    scheme: int


def unmarked(since: str, until: str, mark: str = "true") -> str:
    """SQL: between two moments there is no such mark for the measure and view of `r`.

    Looked up for each roll. NOT EXISTS would be planned as a join, of every roll with
    every mark of its measure: a few thousand of each are most of a report's time.
    """
    return f"""(SELECT true FROM webcare_mark m
                 WHERE m.measure = r.measure AND m.view = r.view
                   AND m.quarter >= {since} AND m.quarter < {until} AND {mark}
                 LIMIT 1) IS NULL"""


def _rolls_in(
    spans: Sequence[Span], grains: Sequence[str], given: dict[str, object]
) -> list[_Found]:
    """Those within one of the spans that may be read, the longest first."""
    if not spans:
        return []
    rows = fetch(
        f"""SELECT r.id, r.grain, r.from_at, r.to_at, r.scheme
             FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[],
                         %(first_days)s::date[], %(last_days)s::date[])
                  AS span(a, z, first, last)
             JOIN webcare_roll r ON r.from_at >= a AND r.to_at <= z
                  AND r.start BETWEEN first AND last
            WHERE r.measure = %(measure)s AND r.view = %(view)s AND r.zone = %(zone)s
              AND r.grain = ANY(%(grains)s)
              AND r.known_until <= %(as_of)s AND r.to_at <= %(certain)s
              AND {unmarked("r.from_at", "r.to_at", "m.at <= %(as_of)s")}
            ORDER BY array_position(%(grains)s, r.grain::text), r.from_at""",
        {
            "starts": [span.start for span in spans],
            "ends": [span.end for span in spans],
            "first_days": [day_of(span.start) for span in spans],
            "last_days": [day_of(span.end) for span in spans],
            "grains": list(grains),
            "zone": zone_of(grains[-1]),
            **given,
        },
    )
    return [_Found(*row) for row in rows]


def _chosen(rows: Sequence[_Found]) -> list[_Found]:
    """Take whole months first, then the days that are in none of them."""
    months = [row for row in rows if row.grain == MONTH]
    return [
        row
        for row in rows
        if row.grain == MONTH or not any(m.start <= row.start < m.end for m in months)
    ]


def _gaps(taken: Sequence[_Found], period: Span) -> list[Span]:
    """The parts of `period` that none of `taken` covers."""
    ends = sorted((one.start, one.end) for one in taken)
    starts = [period.start, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), period.end]
    return [Span(a, z) for a, z in zip(starts, stops, strict=True) if a < z]
