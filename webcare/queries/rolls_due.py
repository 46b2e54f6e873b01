"""Which days and months are to be added up, or to be added up anew."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.queries.measures import Measure
from webcare.queries.rolls import (
    FRESH,
    HOUR,
    HOURS_KEPT,
    SCHEME,
    Span,
    begin_of,
    day_of,
    hours_of,
    unmarked,
    zone_of,
)

# What changes often is not added up every time: a mark waits for others so long, and
# a month until its days have been left in peace so long.
PATIENCE = timedelta(seconds=30)
PEACE = timedelta(minutes=10)
# More than a clock is behind or a statement takes to be seen.
MARGIN = timedelta(hours=1)


def days_over(measure: Measure, days: Sequence[date]) -> list[date]:
    """Return those of these local days that are over."""
    over = over_at(measure)
    return [day for day in days if begin_of(day + timedelta(days=1)) <= over]


def over_at(measure: Measure) -> datetime:
    """The instant up to which all is over: whatever changes there leaves a mark.

    Facts younger than FRESH leave none; how old a fact is, its own transaction says,
    and the oldest that still runs may be old itself.
    """
    certain = timedelta(days=measure.certain_after_days)
    return _oldest_transaction() - FRESH - MARGIN - certain


def _oldest_transaction() -> datetime:
    [[began]] = fetch(
        """SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND backend_type = 'client backend'""",
        [],
    )
    assert isinstance(began, datetime)
    return began


def days_due(measure: Measure, view: str) -> list[date]:
    """Return the local days that have no roll, or whose roll is marked."""
    [[first]] = fetch(measure.first, [])
    if first is None:
        return []
    last = day_of(over_at(measure)) - timedelta(days=1)
    rows = fetch(
        """SELECT day::date
             FROM generate_series(%(first)s::timestamp, %(last)s::timestamp,
                                  interval '1 day') AS day
            WHERE NOT EXISTS (
                  SELECT FROM webcare_roll r
                   WHERE r.measure = %(measure)s AND r.view = %(view)s
                     AND r.grain = 'day' AND r.start = day::date
                     AND r.zone = %(zone)s AND r.scheme = %(scheme)s)
            UNION
           SELECT (quarter AT TIME ZONE %(zone)s)::date FROM webcare_mark
            WHERE measure = %(measure)s AND view = %(view)s
            GROUP BY 1 HAVING min(at) < statement_timestamp() - %(patience)s""",
        {
            "first": day_of(first),
            "last": last,
            "measure": measure.name,
            "view": view,
            "zone": settings.DESK_TIME_ZONE,
            "scheme": SCHEME,
            "patience": PATIENCE,
        },
    )
    return [day for [day] in rows if day <= last]


def hours_due(measure: Measure, view: str) -> dict[date, list[Span]]:
    """Return hours that are over without a roll or with a marked one, by their days.

    Of days before the first case and those longer ago than HOURS_KEPT there are none.
    """
    [[first]] = fetch(measure.first, [])
    if first is None:
        return {}
    over = over_at(measure)
    last, first_day = day_of(over), max(day_of(first), day_of(over - HOURS_KEPT))
    kept = hours_kept(measure, view, first_day, last)
    days = [first_day + timedelta(days=n) for n in range((last - first_day).days + 1)]
    due = {
        day: [
            span for span in hours_of(day) if span.end <= over and span not in kept[day]
        ]
        for day in days
    }
    return {day: spans for day, spans in due.items() if spans}


_FOR_LONG = "m.at < statement_timestamp() - %(patience)s"
# Hours with a roll that nothing has marked, or only just now.
_KEPT = f"""webcare_roll r
            WHERE r.measure = %(measure)s AND r.view = %(view)s AND r.grain = 'hour'
              AND r.zone = %(zone)s AND r.start BETWEEN %(first)s AND %(last)s
              AND {unmarked("r.from_at", "r.to_at", _FOR_LONG)}"""


def hours_kept(
    measure: Measure, view: str, first: date, last: date
) -> dict[date, set[Span]]:
    """Return the hours of these days with a roll that nothing has marked for long."""
    kept = defaultdict[date, set[Span]](set)
    for day, *ends in fetch(
        f"SELECT r.start, r.from_at, r.to_at FROM {_KEPT}",
        {
            "measure": measure.name,
            "view": view,
            "zone": zone_of(HOUR),
            "first": first,
            "last": last,
            "patience": PATIENCE,
        },
    ):
        kept[day].add(Span(*ends))
    return kept


def months_due(measure: Measure, view: str, *, peace: timedelta = PEACE) -> list[date]:
    """Return the months that have all their days and no roll of their own.

    Of those of which no day was made anew within `peace`.
    """
    rows = fetch(
        """SELECT date_trunc('month', start)::date AS month FROM webcare_roll r
            WHERE measure = %(measure)s AND view = %(view)s AND grain = 'day'
              AND zone = %(zone)s AND scheme = %(scheme)s
            GROUP BY 1
           HAVING count(*) = extract(day FROM date_trunc('month', min(start))
                                     + interval '1 month' - interval '1 day')
              AND max(known_until) < statement_timestamp() - %(peace)s
              AND NOT EXISTS (
                  SELECT FROM webcare_roll m
                   WHERE m.measure = %(measure)s AND m.view = %(view)s
                     AND m.grain = 'month' AND m.zone = %(zone)s
                     AND m.start = date_trunc('month', min(r.start)))""",
        {
            "measure": measure.name,
            "view": view,
            "zone": settings.DESK_TIME_ZONE,
            "scheme": SCHEME,
            "peace": peace,
        },
    )
    return [month for [month] in rows]
