"""Make rolls again and say which were not what the facts say; nothing is kept of it."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import transaction

from conversations.models.bulk import fetch
from webcare.actions.rolls import roll_days, roll_hours, roll_months
from webcare.queries.measures import Measure
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import DAY, HOUR, MONTH, unmarked, zone_of
from webcare.queries.rolls_due import hours_kept


class Differing(NamedTuple):
    """A roll that made again is another."""

    measure: str
    view: str
    grain: str
    start: date


class Checked(NamedTuple):
    """How many rolls were made again, and which of them came out as others."""

    rolls: int
    differing: list[Differing]


def check_all() -> Checked:
    """Make every roll again that nothing has marked, and compare its cells.

    Days and hours are made from the facts, months from their days. What is marked is
    left out: it is known to be of old, and no report reads it.
    """
    rolls, differing = 0, list[Differing]()
    for measure in ROLLED.values():
        for view in measure.views:
            for grain, starts in _batches(measure, view):
                rolls += len(starts)
                if found := _differing(measure, view, grain, starts):
                    # What has changed meanwhile is marked.
                    same = set(_kept(measure, view, grain))
                    differing += [one for one in found if one.start in same]
    return Checked(rolls, differing)


def _batches(measure: Measure, view: str) -> Iterator[tuple[str, list[date]]]:
    for grain in (DAY, HOUR):
        kept = _kept(measure, view, grain)
        for _, days in groupby(kept, lambda day: day.replace(day=1)):
            yield grain, list(days)
    for month in _kept(measure, view, MONTH):
        yield MONTH, [month]


def _kept(measure: Measure, view: str, grain: str) -> list[date]:
    rows = fetch(
        f"""SELECT DISTINCT r.start FROM webcare_roll r
             -- Hours are made again with all others of their day.
            CROSS JOIN LATERAL (
                 SELECT least(from_at, start::timestamp AT TIME ZONE %(zone)s) AS a,
                        greatest(to_at, (start + 1)::timestamp AT TIME ZONE %(zone)s)
                            AS z) AS span
            WHERE r.measure = %(measure)s AND r.view = %(view)s
              AND r.grain = %(grain)s AND r.zone = %(whose)s
              AND {unmarked("a", "z")}
            ORDER BY r.start""",
        {
            "measure": measure.name,
            "view": view,
            "grain": grain,
            "whose": zone_of(grain),
            "zone": zone_of(DAY),
        },
    )
    return [start for [start] in rows]


@transaction.atomic
def _differing(
    measure: Measure, view: str, grain: str, starts: Sequence[date]
) -> list[Differing]:
    """Which of these are others when they are made again; then as they were."""
    before = _contents(measure, view, grain, starts)
    made = _make(measure, view, grain, starts)
    after = _contents(measure, view, grain, starts)
    transaction.set_rollback(True)
    if made < len(starts):
        return []  # somebody else makes them anew just now
    return [
        Differing(measure.name, view, grain, start)
        for start in starts
        if before.get(start) != after.get(start)
    ]


def _make(measure: Measure, view: str, grain: str, starts: Sequence[date]) -> int:
    if grain == HOUR:
        kept = hours_kept(measure, view, starts[0], starts[-1])
        hours = {day: sorted(kept[day]) for day in starts}
        return roll_hours(measure, view, hours)
    return (roll_days if grain == DAY else roll_months)(measure, view, starts)


# What a roll `r` holds, each row of it as one number.
_HELD = """
    SELECT hash_record_extended((r.from_at, c.dimension, c.queue, c.key, c.counts,
               c.calendar_buckets, c.calendar_cases, c.business_buckets,
               c.business_cases), 0)
      FROM webcare_cell c WHERE c.roll_id = r.id
     UNION ALL
    SELECT hash_record_extended((r.from_at, h.queue, h.topic, h.agent, h.channel,
               h.priority, h.counts, h.calendar, h.business), 0)
      FROM webcare_hourcell h WHERE h.roll_id = r.id
     UNION ALL
    SELECT hash_record_extended((r.from_at, o.queue, o.topic, o.agent, o.channel,
               o.priority, o.state, o.becomes, o.begun, o.changes), 0)
      FROM webcare_ongoing o WHERE o.roll_id = r.id"""


def _contents(
    measure: Measure, view: str, grain: str, starts: Sequence[date]
) -> dict[date, Decimal | None]:
    """A digest of all that the rolls hold, by their day or month."""
    return dict(
        fetch(
            f"""SELECT r.start, sum(held.digest::numeric)
                  FROM webcare_roll r LEFT JOIN LATERAL ({_HELD}) AS held(digest)
                       ON true
                 WHERE r.measure = %s AND r.view = %s AND r.grain = %s
                   AND r.start = ANY(%s)
                 GROUP BY r.start""",
            [measure.name, view, grain, list(starts)],
        )
    )
