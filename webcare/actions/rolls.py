"""Rolls of days, hours and months: each made wholly from the facts, never from what
changed, so that made again it is the same.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch, ids
from webcare.actions import cells
from webcare.actions.midnights import LOCK
from webcare.actions.roll_removal import forget, forget_marked
from webcare.queries.measures import Measure
from webcare.queries.rolls import (
    DAY,
    FRESH,
    HOUR,
    MONTH,
    SCHEME,
    Span,
    begin_of,
    month_after,
    zone_of,
)
from webcare.queries.rolls_due import days_over, over_at


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
    forget(measure, view, DAY, days)
    forget(measure, view, MONTH, [days[0].replace(day=1)])
    forget_marked(measure, view, HOUR, days, marks)
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
    forget_marked(measure, view, DAY, days, marks)
    forget_marked(measure, view, MONTH, [days[0].replace(day=1)], marks)
    forget(measure, view, HOUR, days, [span.start for span in spans])
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
    forget(measure, view, MONTH, [month])
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
