"""Add up the cases of days that are over, so that reports need not read each of them.

A roll is made wholly from the facts, never from what changed: made again it is the
same. What changed since is marked, and a marked day is read from the facts until it is
made again. So this may run late, twice, or never, and no report is ever wrong by it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
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
    FRESH,
    HOUR,
    HOURS_KEPT,
    MONTH,
    SCHEME,
    Span,
    begin_of,
    month_after,
    zone_of,
)
from webcare.queries.rolls_due import (
    PEACE,
    days_due,
    days_over,
    hours_due,
    months_due,
    over_at,
)
from webcare.queries.settled import settled_at

log = structlog.get_logger(__name__)
SHIFT_SECONDS = 10  # well within the time limit of a task
DAYS_AT_ONCE = 7
# Some days after they could be made again, with the longest certainty of any measure.
HOURS_LEAVE = HOURS_KEPT + timedelta(days=20)


def roll_up_due(
    seconds: float = SHIFT_SECONDS,
    *,
    peace: timedelta = PEACE,
    at_once: int = DAYS_AT_ONCE,
) -> int:
    """Make the rolls that are missing or marked, newest days first, for a while.

    A month is left until none of its days has been made anew for `peace`. `at_once` is
    how many days are one transaction, of one month.

    Then the midnights of the backlog that are long past. Returns how many days and
    months were made. Each batch is a transaction; one that the database refuses is
    logged and due again, and holds no other back.
    """
    ends_at = time.monotonic() + seconds
    made = 0
    for name, roll in _batches(peace, at_once):
        try:
            made += roll()
        except DatabaseError:
            log.exception("not added up", batch=name)
        if time.monotonic() > ends_at:
            break
    return made


def _batches(peace: timedelta, at_once: int) -> Iterator[tuple[str, Callable[[], int]]]:
    for day in backlog.midnights_due(settled_at()):
        yield f"midnight {day}", partial(keep_midnight, day)
    for measure, view, grain, starts in _due(peace, at_once):
        roll = roll_days if grain == DAY else roll_months
        name = f"{measure.name} {view} {grain} {starts[0]}"
        yield name, partial(roll, measure, view, starts)
    for measure, view in _looks():
        due = hours_due(measure, view)
        for days in _at_once(due, at_once):
            name = f"{measure.name} {view} hours of {days[0]}"
            hours = {day: due[day] for day in days}
            yield name, partial(roll_hours, measure, view, hours)
    yield "hours long past", _forget_hours_past
    for days in backlog.midnights_missing(settled_at(), 2 * at_once):
        yield f"midnights from {days[-1]}", partial(keep_midnights, days)


def _due(
    peace: timedelta, at_once: int
) -> Iterator[tuple[Measure, str, str, list[date]]]:
    for measure, view in _looks():
        for days in _at_once(days_due(measure, view), at_once):
            yield measure, view, DAY, days
        for month in months_due(measure, view, peace=peace):
            yield measure, view, MONTH, [month]


def _at_once(days: Iterable[date], at_once: int) -> Iterator[list[date]]:
    """Days of one month, as many as are made at once, newest first."""
    newest = sorted(days, reverse=True)
    for _, group in groupby(newest, lambda day: day.replace(day=1)):
        some = list(group)
        for first in range(0, len(some), at_once):
            yield some[first : first + at_once]


def _looks() -> Iterator[tuple[Measure, str]]:
    for measure in ROLLED.values():
        for view in measure.views:
            yield measure, view


@transaction.atomic
def roll_days(measure: Measure, view: str, days: Sequence[date]) -> int:
    """Make the rolls of these days of one month anew, from all that is known now.

    Marks are read before the facts, and just those are removed: what commits between
    leaves a mark that stays. Returns how many; none while another is at this month,
    and none of a day of which changes would leave no mark yet.
    """
    days = days_over(measure, days)
    if not days or not _is_ours(measure, view, days[0]):
        return 0
    days.sort()
    cells.prepare()
    spans = [Span(begin_of(day), begin_of(day + timedelta(days=1))) for day in days]
    marks = _marks(measure, view, spans)
    _forget(measure, view, DAY, days)
    _forget(measure, view, MONTH, [days[0].replace(day=1)])
    _forget_marked(measure, view, HOUR, days, marks)
    given = _given(measure, view, DAY, days, spans)
    _know(ids(fetch(cells.of_days(measure, view), given)))
    fetch("DELETE FROM webcare_mark WHERE id = ANY(%s)", [marks])
    return len(days)


@transaction.atomic
def roll_hours(
    measure: Measure, view: str, hours: Mapping[date, Sequence[Span]]
) -> int:
    """Make these hours of days of one month anew, as days are; returns how many.

    A mark in one of them is of its day and month as well: those are removed with it,
    and are made from nothing when they are due.
    """
    over = over_at(measure)
    given = sorted(
        (span, day)
        for day, spans in hours.items()
        for span in spans
        if span.end <= over
    )
    if not given or not _is_ours(measure, view, given[0][1]):
        return 0
    spans, days = [span for span, _ in given], [day for _, day in given]
    cells.prepare()
    marks = _marks(measure, view, spans)
    _forget_marked(measure, view, DAY, days, marks)
    _forget_marked(measure, view, MONTH, [days[0].replace(day=1)], marks)
    _forget(measure, view, HOUR, days, [span.start for span in spans])
    values = _given(measure, view, HOUR, days, spans)
    _know(ids(fetch(cells.of_hours(measure, view), values)))
    fetch("DELETE FROM webcare_mark WHERE id = ANY(%s)", [marks])
    return len(spans)


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
        f"""WITH old AS (SELECT id FROM webcare_roll WHERE measure <> %s), {_GONE}""",
        [backlog.NAME],
    )


def _roll_month(measure: Measure, view: str, month: date) -> int:
    span = Span(begin_of(month), begin_of(month_after(month)))
    days = fetch(
        """SELECT id FROM webcare_roll WHERE measure = %s AND view = %s
              AND grain = 'day' AND zone = %s AND scheme = %s
              AND from_at >= %s AND to_at <= %s""",
        [measure.name, view, zone_of(DAY), SCHEME, *span],
    )
    if len(days) < (month_after(month) - month).days:
        return 0
    _forget(measure, view, MONTH, [month])
    given = _given(measure, view, MONTH, [month], [span])
    _know(ids(fetch(cells.of_month(measure), given | {"days": ids(days)})))
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


# Of the rolls that are `old`, everything.
_GONE = """cells AS (
             DELETE FROM webcare_cell WHERE roll_id IN (SELECT id FROM old)
           ), hours AS (
             DELETE FROM webcare_hourcell WHERE roll_id IN (SELECT id FROM old)
           ), ongoing AS (
             DELETE FROM webcare_ongoing WHERE roll_id IN (SELECT id FROM old))
           DELETE FROM webcare_roll WHERE id IN (SELECT id FROM old)"""


def _forget(
    measure: Measure,
    view: str,
    grain: str,
    starts: Sequence[date],
    froms: Sequence[datetime] | None = None,
) -> None:
    """Remove the rolls of these local days or months; of hours, those that begin so."""
    fetch(
        f"""WITH old AS (
             SELECT id FROM webcare_roll WHERE measure = %s AND view = %s
                AND grain = %s AND start = ANY(%s)
                AND (%s::timestamptz[] IS NULL OR from_at = ANY(%s))), {_GONE}""",
        [measure.name, view, grain, list(starts), froms, froms],
    )


def _forget_marked(
    measure: Measure,
    view: str,
    grain: str,
    starts: Sequence[date],
    marks: Sequence[int],
) -> None:
    """Remove those of these days or months that hold one of the marks."""
    fetch(
        f"""WITH old AS (
             SELECT r.id FROM webcare_roll r WHERE r.measure = %s AND r.view = %s
                AND r.grain = %s AND r.start = ANY(%s) AND EXISTS (
                    SELECT FROM webcare_mark m
                     WHERE m.id = ANY(%s) AND m.quarter >= r.from_at
                       AND m.quarter < r.to_at)), {_GONE}""",
        [measure.name, view, grain, list(starts), list(marks)],
    )


def _forget_hours_past() -> int:
    """Remove hours of days longer ago than any that are kept; none was made."""
    fetch(
        f"""WITH old AS (
             SELECT id FROM webcare_roll
              WHERE measure = ANY(%s) AND view = ANY(%s) AND grain = 'hour'
                AND start < (now() - %s)::date), {_GONE}""",
        [list(ROLLED), list({view for _, view in _looks()}), HOURS_LEAVE],
    )
    return 0


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
        "whose": zone_of(grain),
        "scheme": SCHEME,
        "starts": list(starts),
        "first": spans[0].start,
        "last": spans[-1].end,
        "froms": [span.start for span in spans],
        "tos": [span.end for span in spans],
        "fresh": FRESH,
        "since": spans[0].end + FRESH,
        # Everything that is known.
        "as_of": "infinity",
    }
