"""Add up the cases of days that are over, so that reports need not read each of them.

A roll is made wholly from the facts, never from what changed: made again it is the
same. What changed since is marked, and a marked day is read from the facts until it is
made again. So this may run late, twice, or never, and no report is ever wrong by it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction

from conversations.models.bulk import fetch, ids
from webcare.actions import cells
from webcare.actions.midnights import LOCK, keep_midnight, keep_midnights
from webcare.queries import backlog
from webcare.queries.measures import Measure
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import (
    DAY,
    MONTH,
    Span,
    begin_of,
    month_after,
)
from webcare.queries.rolls_due import PEACE, days_due, is_over, months_due
from webcare.queries.settled import settled_at

log = structlog.get_logger(__name__)
SHIFT_SECONDS = 10  # well within the time limit of a task
DAYS_AT_ONCE = 7


def roll_up_due(seconds: float = SHIFT_SECONDS, *, peace: timedelta = PEACE) -> int:
    """Make the rolls that are missing or marked, newest days first, for a while.

    A month is left until none of its days has been made anew for `peace`.

    Then the midnights of the backlog that are long past. Returns how many days and
    months were made. Each batch is a transaction; one that the database refuses is
    logged and due again, and holds no other back.
    """
    ends_at = time.monotonic() + seconds
    made = 0
    for name, roll in _batches(peace):
        try:
            made += roll()
        except DatabaseError:
            log.exception("not added up", batch=name)
        if time.monotonic() > ends_at:
            break
    return made


def _batches(peace: timedelta) -> Iterator[tuple[str, Callable[[], int]]]:
    for day in backlog.midnights_due(settled_at()):
        yield f"midnight {day}", partial(keep_midnight, day)
    for measure, view, grain, starts in _due(peace):
        roll = roll_days if grain == DAY else roll_months
        name = f"{measure.name} {view} {grain} {starts[0]}"
        yield name, partial(roll, measure, view, starts)
    for days in backlog.midnights_missing(settled_at()):
        yield f"midnights from {days[-1]}", partial(keep_midnights, days)


def _due(peace: timedelta) -> Iterator[tuple[Measure, str, str, list[date]]]:
    for measure in ROLLED.values():
        for view in measure.views:
            days = sorted(days_due(measure, view), reverse=True)
            for _, group in groupby(days, lambda day: day.replace(day=1)):
                some = list(group)
                for first in range(0, len(some), DAYS_AT_ONCE):
                    yield measure, view, DAY, some[first : first + DAYS_AT_ONCE]
            for month in months_due(measure, view, peace=peace):
                yield measure, view, MONTH, [month]


@transaction.atomic
def roll_days(measure: Measure, view: str, days: Sequence[date]) -> int:
    """Make the rolls of these days of one month anew, from all that is known now.

    Marks are read before the facts, and just those are removed: what commits between
    leaves a mark that stays. Returns how many; none while another is at this month,
    and none of a day of which changes would leave no mark yet.
    """
    days = [day for day in days if is_over(measure, day)]
    if not days or not _is_ours(measure, view, days[0]):
        return 0
    days.sort()
    cells.prepare()
    spans = [Span(begin_of(day), begin_of(day + timedelta(days=1))) for day in days]
    marks = _marks(measure, view, spans)
    _forget(measure, view, DAY, days)
    _forget(measure, view, MONTH, [days[0].replace(day=1)])
    given = _given(measure, view, DAY, days, spans)
    _know(ids(fetch(cells.of_days(measure, view), given)))
    fetch("DELETE FROM webcare_mark WHERE id = ANY(%s)", [marks])
    return len(days)


@transaction.atomic
def roll_months(measure: Measure, view: str, months: Sequence[date]) -> int:
    """Make the rolls of these months from the rolls of their days; returns how many.

    A month of which a day is missing is not made.
    """
    made = 0
    for month in months:
        if _is_ours(measure, view, month):
            cells.prepare()
            made += _roll_month(measure, view, month)
    return made


def forget_all() -> None:
    """Remove every roll that is made again from the facts, with its cells.

    Midnights are kept as they were: what lay then is not read again.
    """
    fetch(
        """WITH old AS (DELETE FROM webcare_roll WHERE measure <> %s RETURNING id)
           DELETE FROM webcare_cell WHERE roll_id IN (SELECT id FROM old)""",
        [backlog.NAME],
    )


def _roll_month(measure: Measure, view: str, month: date) -> int:
    span = Span(begin_of(month), begin_of(month_after(month)))
    days = fetch(
        """SELECT id FROM webcare_roll WHERE measure = %s AND view = %s
              AND grain = 'day' AND zone = %s AND from_at >= %s AND to_at <= %s""",
        [measure.name, view, settings.DESK_TIME_ZONE, *span],
    )
    if len(days) < (month_after(month) - month).days:
        return 0
    _forget(measure, view, MONTH, [month])
    given = _given(measure, view, MONTH, [month], [span])
    _know(ids(fetch(cells.OF_MONTHS, given | {"days": ids(days)})))
    return 1


def _is_ours(measure: Measure, view: str, day: date) -> bool:
    """Whether nobody else works on this month; if so, until we commit nobody will."""
    name = f"{measure.name} {view} {day:%Y-%m}"
    [[ours]] = fetch("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, name])
    return bool(ours)


def _marks(measure: Measure, view: str, spans: Sequence[Span]) -> list[int]:
    """Those of by now: some are of what will be decided one day."""
    rows = fetch(
        """SELECT m.id FROM unnest(%s::timestamptz[], %s::timestamptz[]) AS s(a, z)
             JOIN webcare_mark m ON m.quarter >= s.a AND m.quarter < s.z
            WHERE m.measure = %s AND m.view = %s AND m.at <= now()""",
        [[s.start for s in spans], [s.end for s in spans], measure.name, view],
    )
    return ids(rows)


def _forget(measure: Measure, view: str, grain: str, starts: Sequence[date]) -> None:
    fetch(
        """WITH old AS (
             SELECT id FROM webcare_roll WHERE measure = %s AND view = %s
                AND grain = %s AND start = ANY(%s)
           ), cells AS (
             DELETE FROM webcare_cell WHERE roll_id IN (SELECT id FROM old))
           DELETE FROM webcare_roll WHERE id IN (SELECT id FROM old)""",
        [measure.name, view, grain, list(starts)],
    )


def _know(rolls: Sequence[int]) -> None:
    """Write down until when they know: all that was visible is older than now."""
    fetch(
        "UPDATE webcare_roll SET known_until = clock_timestamp() WHERE id = ANY(%s)",
        [list(rolls)],
    )


def _given(
    measure: Measure,
    view: str,
    grain: str,
    starts: Sequence[date],
    spans: Sequence[Span],
) -> dict[str, object]:
    return {
        "measure": measure.name,
        "view": view,
        "grain": grain,
        "zone": settings.DESK_TIME_ZONE,
        "starts": list(starts),
        "first": spans[0].start,
        "last": spans[-1].end,
        "froms": [span.start for span in spans],
        "tos": [span.end for span in spans],
        # Everything that is known.
        "as_of": "infinity",
    }
