"""What lay in the desk at a moment, how old it was, and at each midnight.

All of it on recorded time: what the desk knew at the moment. A midnight is kept as it
was, for it cannot change; any other moment is read from the tickets and their log.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain.reports import AGES, By
from webcare.exceptions import Invalid
from webcare.models import User
from webcare.queries.lookups import fetch_live
from webcare.queries.measures.endings import LIVES
from webcare.queries.reports import Asked, names_of, ordered, scope
from webcare.queries.rolls import begin_of, day_of
from webcare.queries.scopes import EVERY, FACT_KEYS, NONE

NAME, VIEW = "backlog", "event"
DIMENSIONS = (By.TOPIC, By.AGENT, By.CHANNEL, By.PRIORITY)
_DAY = 86_400
# Midnights of the last days are read from the tickets, older ones from the log.
KEPT_LATE = 3
KEPT_BY = (By.QUEUE, By.TOPIC, By.CHANNEL, By.PRIORITY)


class Lay(NamedTuple):
    """How many tickets lay somewhere, how old the oldest was, and how many of an age.

    `ages` count those up to each of AGES days, and those older than all. `of` is what
    a line of a midnight is of, where one was asked.
    """

    key: str | None
    tickets: int
    oldest_seconds: int | None
    ages: tuple[int, ...]
    of: str | None = None


def ages_of(age: str) -> list[str]:
    """Counts of rows by their age in seconds, as SQL."""
    below, parts = -1, []
    for days in AGES:
        parts.append(f"{age} > {below} AND {age} <= {days * _DAY}")
        below = days * _DAY
    parts.append(f"{age} > {below}")
    return [f"count(*) FILTER (WHERE {part})" for part in parts]


# What lay at `as_of`: the tickets that lived, wherever they were then.
_AGE = """, greatest(0, floor(extract(epoch FROM %(as_of)s - k.opened_at)))::bigint
               AS calendar"""
LAY = LIVES.format(more="true", also=_AGE)
_COLUMNS = ", ".join(["count(*)", "max(calendar)", *ages_of("calendar")])


def backlog(user: User, asked: Asked, at: datetime) -> list[Lay]:
    """Return what lay at `at`, one line for each key of `asked.by`, in their order.

    Two statements. Raises NotAllowed, Invalid by a time, or where a name means nothing.
    """
    if asked.by not in (None, By.QUEUE, *DIMENSIONS):
        raise Invalid(by=_("Ask by day for midnights, or by what tickets are."))
    given = scope(user, asked)
    rows = fetch_live(
        f"""SELECT coalesce({FACT_KEYS[asked.by]}, {NONE})::bigint, {_COLUMNS}
              FROM ({LAY}) AS f
             WHERE (%(all)s OR f.queue = ANY(%(queues)s))
               AND (%(topics)s::bigint[] IS NULL OR f.topic = ANY(%(topics)s))
               AND (%(channel)s::bigint IS NULL OR f.channel = %(channel)s)
             GROUP BY 1""",
        {
            "as_of": at,
            "all": given.queues is None,
            "queues": list(given.queues or ()),
            "topics": None if given.topics is None else list(given.topics),
            "channel": given.channel,
        },
    )
    names = names_of(asked.by, [row[0] for row in rows if row[0] != NONE])
    found = {names.get(row[0]): _lay(names.get(row[0]), row[1:]) for row in rows}
    return [found[key] for key in ordered(found)]


def beside(lines: Sequence[Lay], before: Sequence[Lay]) -> list[tuple[Lay, int | None]]:
    """Each line with how many lay there before; what lay only then is there, too."""
    then = {line.key: line.tickets for line in before}
    now = {line.key: line for line in lines}
    nothing = (0,) * (len(AGES) + 1)
    return [
        (now.get(key, Lay(key, 0, None, nothing)), then.get(key, 0))
        for key in ordered({*now, *then})
    ]


def midnights(user: User, asked: Asked, of: By | None = None) -> list[Lay]:
    """Return what lay at each local midnight of the period that has been kept.

    One line for each, or for each key of `of`. Two statements more than for whose they
    are. Raises NotAllowed, Invalid for two of topic, channel and priority together.
    """
    given = scope(user, asked)
    filters = {
        By.TOPIC: None if given.topics is None else list(given.topics),
        By.CHANNEL: None if given.channel is None else [given.channel],
    }
    wanted = {by for by, keys in filters.items() if keys is not None}
    if of is not None and of != By.QUEUE:
        wanted.add(of)
    if len(wanted) > 1 or of not in (None, *KEPT_BY):
        raise Invalid(of=_("Midnights are kept by queue, and one thing more."))
    dimension = next(iter(wanted), None)
    key = {None: "NULL::bigint", By.QUEUE: "c.queue"}.get(of, "c.key")
    one_by_one = of == By.QUEUE and given.queues is None
    rows = fetch(
        f"""SELECT r.start, {key}, sum(c.counts[1])::bigint,
                   max(nullif(c.counts[2], -1)),
                   {", ".join(f"sum(c.counts[{n}])::bigint" for n in _PLACES)}
              FROM webcare_roll r
              {"JOIN" if of else "LEFT JOIN"} webcare_cell c ON c.roll_id = r.id
                   AND c.dimension = %(dimension)s
                   AND CASE WHEN %(one_by_one)s THEN c.queue <> {EVERY}
                            WHEN %(all)s THEN c.queue = {EVERY}
                            ELSE c.queue = ANY(%(queues)s) END
                   AND (%(keys)s::bigint[] IS NULL OR c.key = ANY(%(keys)s))
             WHERE r.measure = '{NAME}' AND r.view = '{VIEW}' AND r.zone = %(zone)s
               AND r.from_at >= %(start)s AND r.from_at < %(end)s
               AND r.from_at <= %(as_of)s
             GROUP BY r.start, 2 ORDER BY r.start, 2""",
        {
            "dimension": dimension.value if dimension else "none",
            "keys": filters.get(dimension) if dimension else None,
            "one_by_one": one_by_one,
            "all": given.queues is None,
            "queues": list(given.queues or ()),
            "zone": settings.DESK_TIME_ZONE,
            "start": asked.period.start,
            "end": asked.period.end,
            "as_of": asked.as_of,
        },
    )
    names = names_of(of, [row[1] for row in rows if row[1] not in (None, NONE)])
    return [
        _lay(f"{day:%Y-%m-%d}", row)._replace(of=names.get(known))
        for day, known, *row in rows
    ]


_PLACES = range(3, 4 + len(AGES))


def _lay(key: str | None, row: Sequence[int | None]) -> Lay:
    tickets, oldest, *ages = row
    return Lay(key, tickets or 0, oldest, tuple(n or 0 for n in ages))


def midnights_due(settled: datetime) -> list[date]:
    """Return those of the last days whose first moment is settled and not kept yet."""
    days = [day_of(settled) - timedelta(days=n) for n in range(KEPT_LATE)]
    kept = _kept(days[-1])
    return [day for day in days if day not in kept and begin_of(day) <= settled]


def midnights_missing(settled: datetime, at_once: int) -> Iterator[list[date]]:
    """Yield older ones that are not kept yet, newest first, so many at once."""
    [[first]] = fetch("SELECT min(opened_at) FROM webcare_ticket", [])
    if first is None:
        return
    begin, last = day_of(first), day_of(settled) - timedelta(days=KEPT_LATE)
    kept = _kept(begin)
    days = [last - timedelta(days=n) for n in range((last - begin).days)]
    missing = [day for day in days if day not in kept]
    for at in range(0, len(missing), at_once):
        yield missing[at : at + at_once]


def _kept(since: date) -> set[date]:
    rows = fetch(
        """SELECT start FROM webcare_roll
            WHERE measure = %s AND zone = %s AND start >= %s""",
        [NAME, settings.DESK_TIME_ZONE, since],
    )
    return {day for [day] in rows}
