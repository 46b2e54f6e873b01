"""Which days and months are to be added up, or to be added up anew."""

from datetime import date, datetime, timedelta

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.queries.measures import Measure
from webcare.queries.rolls import FRESH, begin_of, day_of

# What changes often is not added up every time: a mark waits for others so long, and
# a month until its days have been left in peace so long.
PATIENCE = timedelta(seconds=30)
PEACE = timedelta(minutes=10)
# More than a clock is behind or a statement takes to be seen.
MARGIN = timedelta(hours=1)


def is_over(measure: Measure, day: date) -> bool:
    """Whether whatever changes in this local day from now on leaves a mark.

    Facts younger than FRESH leave none; how old a fact is, its own transaction says,
    and the oldest that still runs may be old itself.
    """
    after = begin_of(day + timedelta(days=1))
    certain = timedelta(days=measure.certain_after_days)
    return after <= _oldest_transaction() - FRESH - MARGIN - certain


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
    last = day_of(_oldest_transaction() - FRESH - MARGIN) - timedelta(days=1)
    last -= timedelta(days=measure.certain_after_days)
    rows = fetch(
        """SELECT day::date
             FROM generate_series(%(first)s::timestamp, %(last)s::timestamp,
                                  interval '1 day') AS day
            WHERE NOT EXISTS (
                  SELECT FROM webcare_roll r
                   WHERE r.measure = %(measure)s AND r.view = %(view)s
                     AND r.grain = 'day' AND r.start = day::date
                     AND r.zone = %(zone)s)
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
            "patience": PATIENCE,
        },
    )
    return [day for [day] in rows if day <= last]


def months_due(measure: Measure, view: str, *, peace: timedelta = PEACE) -> list[date]:
    """Return the months that have all their days and no roll of their own.

    Of those of which no day was made anew within `peace`.
    """
    rows = fetch(
        """SELECT date_trunc('month', start)::date AS month FROM webcare_roll r
            WHERE measure = %(measure)s AND view = %(view)s AND grain = 'day'
              AND zone = %(zone)s
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
            "peace": peace,
        },
    )
    return [month for [month] in rows]
