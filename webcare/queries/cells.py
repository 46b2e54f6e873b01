"""One report: rolls and facts put together in one statement, whatever the measure.

The cells of whole days and months are added to the cases of what is left of a period,
read from the facts. Lengths are shown to the resolution of `domain/histograms.py`
wherever they came from, so that no figure changes when a day is rolled up; `exact`
reads every one to the second instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.histograms import bucket, middle
from webcare.domain.outcomes import Priority
from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.domain.survival import Histogram, percentiles
from webcare.queries import histograms
from webcare.queries.measures import COHORT, Measure
from webcare.queries.opening import opening
from webcare.queries.rolls import Plan, Span, plan

EVERY, NONE = 0, -1  # a cell's queue: all of them together; its queue or key: none
TRIES = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cases, of what, and as they were known when. `queues` None is all."""

    queues: tuple[int, ...] | None
    period: Span
    as_of: datetime
    view: str = COHORT
    clock: str = "calendar"
    topics: tuple[int, ...] | None = None
    channel: int | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What was counted and timed of one key; `key` is a number, None where none is."""

    key: int | None
    counts: Mapping[str, int]
    ended: int = 0
    waiting: int = 0
    longest: int | None = None
    percentiles: tuple[int | None, ...] = (None,) * len(PERCENTILES)
    buckets: tuple[int, ...] = (0,) * (len(EDGES) + 1)


def read(measure: Measure, scope: Scope, by: By | None) -> list[Row]:
    """Return one row per key, in the order of the keys: two statements.

    A roll that is made anew between the two is noticed, and all is read again.
    """
    for _ in range(TRIES):
        chosen = _plan(measure, scope, by)
        rows = _fetch(measure, scope, by, chosen)
        if rows[0][0] == len(chosen.rolls):
            return _rows(measure, scope, rows)
    rows = _fetch(measure, scope, by, Plan.of_facts(scope.period))
    return _rows(measure, scope, rows)


# Compiling such a statement takes longer than it runs.
UNCOMPILED = "SET LOCAL jit = off"
# What few cases are joined to is looked up: a planner that takes them for more reads a
# table from end to end, and the more there is in it the longer that takes.
LOOKED_UP = f"""{UNCOMPILED};
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL random_page_cost = 1; SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL work_mem = '32MB'"""
FEW = timedelta(days=31)


@transaction.atomic
def _fetch(
    measure: Measure, scope: Scope, by: By | None, chosen: Plan
) -> list[tuple[Any, ...]]:
    unrolled = sum((span.end - span.start for span in chosen.spans), timedelta())
    fetch(LOOKED_UP if unrolled <= FEW else UNCOMPILED, [])
    return fetch(_statement(measure, scope, by, chosen), _values(scope, by, chosen))


@transaction.atomic
def fetch_live(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement over what still goes on: few of all there is."""
    fetch(LOOKED_UP, [])
    return fetch(statement, values)


def _plan(measure: Measure, scope: Scope, by: By | None) -> Plan:
    if scope.exact or _dimension(scope, by) is None:
        return Plan.of_facts(scope.period)
    return plan(
        measure,
        scope.view,
        scope.period,
        scope.as_of,
        by_day=by in (By.DAY, By.WEEK),
    )


def _dimension(scope: Scope, by: By | None) -> str | None:
    """Which cells answer this; None where only the facts do."""
    filters = [
        name
        for name, given in (("topic", scope.topics), ("channel", scope.channel))
        if given is not None
    ]
    own = [by.value] if by in _OWN_CELLS else []
    wanted = set(filters + own)
    return (wanted.pop() if wanted else "none") if len(wanted) < 2 else None


def _values(scope: Scope, by: By | None, chosen: Plan) -> dict[str, Any]:
    return {
        "as_of": scope.as_of,
        "since": scope.as_of,
        "rolls": list(chosen.rolls),
        **dict(_ends("span", chosen.spans)),
        **dict(_ends("live", chosen.live)),
        "dimension": _dimension(scope, by),
        "queues": list(scope.queues or ()),
        "topics": list(scope.topics or ()),
        "channel": scope.channel,
        "zone": settings.DESK_TIME_ZONE,
        "opening": opening(scope.period.start, scope.as_of)
        if scope.clock == "business"
        else None,
    }


_OWN_CELLS = (By.TOPIC, By.AGENT, By.CHANNEL, By.PRIORITY, By.HOUR)
PRIORITIES = ", ".join(f"'{one}'" for one in Priority.values)
# Days are counted from here, so that every key is a number.
_LOCAL = "(f.at AT TIME ZONE %(zone)s)"
_DAYS = "- date '2000-01-01'"
FACT_KEYS = {
    None: "0",
    By.QUEUE: "f.queue",
    By.TOPIC: "f.topic",
    By.AGENT: "f.agent",
    By.CHANNEL: "f.channel",
    By.PRIORITY: f"array_position(ARRAY[{PRIORITIES}], f.priority) - 1",
    By.HOUR: f"extract(hour FROM {_LOCAL})",
    By.DAY: f"{_LOCAL}::date {_DAYS}",
    By.WEEK: f"date_trunc('week', {_LOCAL})::date {_DAYS}",
}
_BY_TIME = (By.HOUR, By.DAY, By.WEEK)
_ROLL_KEYS = dict.fromkeys(_OWN_CELLS, "c.key") | {
    None: "0",
    By.QUEUE: "c.queue",
    By.DAY: f"r.start {_DAYS}",
    By.WEEK: f"date_trunc('week', r.start)::date {_DAYS}",
}


def _key(by: By | None) -> str:
    return f"coalesce({FACT_KEYS[by]}, {NONE})::bigint AS key"


def _statement(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    parts = [*_sources(measure, scope, by, chosen), _counted(measure)]
    found = f"SELECT true, key, {', '.join(_numbers(measure))} FROM counted"
    if measure.is_timed:
        parts += _timed(scope)
        found = _together(measure)
    return f"""
        WITH {", ".join(parts)}
        SELECT there.rolls, found.* FROM (
               SELECT count(*) AS rolls FROM webcare_roll WHERE id = ANY(%(rolls)s)
               ) AS there
          LEFT JOIN ({found}) AS found ON true
         ORDER BY found.key = {NONE}, found.key"""


# How long those took who ended, and those who still wait so far, as two lists each.
_ENDED, _WAITING = ("lengths", "cases"), ("waited", "waits")


def _together(measure: Measure) -> str:
    """What was counted and timed of each key, put together without a join.

    Without hashes it would compare every key with every other.
    """
    numbers = (*_numbers(measure), "longest")
    columns = (*numbers, *_ENDED, *_WAITING)
    parts = ("counted", numbers), ("ended", _ENDED), ("waiting", _WAITING)
    each = " UNION ALL ".join(
        f"SELECT key, {', '.join(_of_part(columns, own))} FROM {source}"
        for source, own in parts
    )
    found = ", ".join(f"max({name}) AS {name}" for name in columns)
    return f"SELECT true, key, {found} FROM ({each}) AS parts GROUP BY key"


def _of_part(columns: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """All columns, of which a part has some; what no part has yet needs a type."""
    for name in columns:
        kind = "::int[]" if name in _WAITING else ""
        yield name if name in own else f"NULL{kind} AS {name}"


def _in_spans(name: str, spans: Sequence[Span]) -> str:
    """Each span by itself: the planner knows how little there is in it."""
    each = [
        f"f.at >= %({name}{n}_start)s AND f.at < %({name}{n}_end)s"
        for n in range(len(spans))
    ]
    return f"({' OR '.join(each) or 'false'})"


def _ends(name: str, spans: Sequence[Span]) -> Iterator[tuple[str, datetime]]:
    for n, (start, end) in enumerate(spans):
        yield f"{name}{n}_start", start
        yield f"{name}{n}_end", end


def _sources(
    measure: Measure, scope: Scope, by: By | None, chosen: Plan
) -> Iterator[str]:
    """The cells, the cases that no roll covers, and those that still go on."""
    key, clock = _key(by), scope.clock
    columns = ", ".join(f'f."{name}"' for name in measure.columns)
    length = f"f.{clock}" if scope.exact else histograms.bucket(f"f.{clock}")
    yield f"""rolled AS MATERIALIZED (
        SELECT ({_ROLL_KEYS[by]})::bigint AS key, c.counts,
               c.{clock}_buckets AS buckets, c.{clock}_cases AS cases
          FROM webcare_cell c JOIN webcare_roll r ON r.id = c.roll_id
         WHERE c.roll_id = ANY(%(rolls)s) AND c.dimension = %(dimension)s
           AND {_of_cells(scope, by)}),
        hourly AS MATERIALIZED (
        SELECT {key}, f.counts, f.{clock} AS each
          FROM (SELECT h.*, r.from_at AS at
                  FROM webcare_hourcell h JOIN webcare_roll r ON r.id = h.roll_id
                 WHERE h.roll_id = ANY(%(rolls)s)) AS f
         WHERE {of_facts(scope)})"""
    yield f"""fresh AS MATERIALIZED (
        SELECT {key}, {columns}{f", {length} AS bucket" if measure.is_timed else ""}
          FROM ({measure.select(scope.view)}) AS f
         WHERE {_in_spans("span", chosen.spans)} AND {of_facts(scope)})"""
    if measure.running:
        yield _live(measure, scope, by, chosen)


# What a case is of.
OF = "queue, topic, agent, channel, priority"
# Taken apart side by side; a list without moments of change has nulls there.
_ONE_BY_ONE = f"""SELECT {OF}, unnest(begun), state, unnest(changes), becomes, 1
                          FROM webcare_ongoing
                         WHERE roll_id = ANY(%(rolls)s)
                           AND (becomes > 0 OR last_change IS NULL
                                OR last_change > %(as_of)s)"""
# Where nobody asks when they began, those that are all the same by then need not be
# told from each other.
_TOGETHER = f"""{_ONE_BY_ONE} AND last_change > %(as_of)s
                         UNION ALL
                        SELECT {OF}, NULL, state, last_change, becomes,
                               cardinality(begun)
                          FROM webcare_ongoing
                         WHERE roll_id = ANY(%(rolls)s)
                           AND (last_change IS NULL OR last_change <= %(as_of)s)"""


def _live(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    """Who still goes on: those that rolls hold, and the others from the facts."""
    timed = measure.is_timed
    one_by_one = timed or by in _BY_TIME
    so_far = f", CASE WHEN f.state = 1 THEN {_SO_FAR[scope.clock]} END AS seconds"
    outlasted = "seconds" if scope.exact else histograms.outlasted("seconds")
    return f"""live AS MATERIALIZED (
        SELECT key, state, sum(n) AS n
               {f", ({outlasted})::int AS waited, max(seconds) AS longest" * timed}
          FROM (SELECT {_key(by)}, f.state, f.n{so_far * timed}
                  FROM ({_going(measure, scope, chosen, one_by_one)}) AS f
                  {_OPENING if timed and scope.clock == "business" else ""}
                 WHERE f.state > 0 AND {of_facts(scope)}) AS each
         GROUP BY key, state{", waited" * timed})"""


def _going(measure: Measure, scope: Scope, chosen: Plan, one_by_one: bool) -> str:
    return f"""
        SELECT {OF}, at, n, CASE WHEN changes_at <= %(as_of)s THEN becomes
                                 ELSE state END AS state
          FROM (SELECT {OF}, at, state, changes_at, becomes, 1 AS n
                  FROM (SELECT *, {scope.view}_at AS at
                          FROM ({measure.running}) AS running) AS f
                 WHERE {_in_spans("live", chosen.live)}
                 UNION ALL
                {_ONE_BY_ONE if one_by_one else _TOGETHER}) AS each"""


# Each queue's open hours up to now, as lists: when they began, how long they were, and
# how many open seconds there were before. A queue without a calendar is always open.
_OPENING = """
    LEFT JOIN json_to_recordset(%(opening)s::json) AS o(
         queue bigint, begins bigint[], lengths bigint[], befores bigint[],
         all_of bigint) ON o.queue = coalesce(f.queue, -1)
    CROSS JOIN LATERAL (SELECT floor(date_part('epoch', f.at))::bigint AS at) AS begun
    CROSS JOIN LATERAL (SELECT width_bucket(begun.at, o.begins) AS n) AS span"""
# As a float, which is exact here and takes a tenth of what a numeric does.
_WALL = "greatest(0, floor(date_part('epoch', %(as_of)s - f.at)))::bigint"
_SO_FAR = {
    "calendar": _WALL,
    "business": f"""CASE WHEN o.queue IS NULL THEN {_WALL}
        WHEN span.n = 0 THEN o.all_of
        ELSE o.all_of - o.befores[span.n]
             - least(begun.at - o.begins[span.n], o.lengths[span.n]) END""",
}


def _of_cells(scope: Scope, by: By | None) -> str:
    conditions = []
    if scope.queues is not None:
        conditions.append("c.queue = ANY(%(queues)s)")
    else:
        conditions.append(f"c.queue {'<>' if by == By.QUEUE else '='} {EVERY}")
    if scope.topics is not None:
        conditions.append("c.key = ANY(%(topics)s)")
    if scope.channel is not None:
        conditions.append("c.key = %(channel)s")
    return " AND ".join(conditions)


def of_facts(scope: Scope) -> str:
    conditions = ["true"]
    if scope.queues is not None:
        conditions.append("f.queue = ANY(%(queues)s)")
    if scope.topics is not None:
        conditions.append("f.topic = ANY(%(topics)s)")
    if scope.channel is not None:
        conditions.append("f.channel = %(channel)s")
    return " AND ".join(conditions)


def _numbers(measure: Measure) -> tuple[str, ...]:
    return tuple(f'"{n}"' for n in (*measure.columns, *measure.running_counts))


def _counted(measure: Measure) -> str:
    settled = [f'"{name}"' for name in measure.columns]
    going = [f'"{name}"' for name in measure.running_counts]
    longest = ["longest"] * measure.is_timed
    nothing = ["0"] * len(going) + ["NULL::bigint"] * measure.is_timed
    cells = [f"counts[{n}] AS {name}" for n, name in enumerate(settled, start=1)]
    zeros = [f"{n} AS {name}" for n, name in zip(nothing, going + longest, strict=True)]
    states = [f"(state = {n})::int * n" for n in range(1, len(going) + 1)]
    each = f"""SELECT key, {", ".join([*cells, *zeros])} FROM rolled
         UNION ALL SELECT key, {", ".join([*cells, *zeros])} FROM hourly
         UNION ALL SELECT key, {", ".join(settled + nothing)} FROM fresh"""
    if measure.running:
        ended = ["0"] * len(settled)
        columns = ", ".join(ended + states + longest)
        each += f" UNION ALL SELECT key, {columns} FROM live"
    sums = [f"sum({name}) AS {name}" for name in settled + going]
    columns = ", ".join(sums + ["max(longest) AS longest"] * measure.is_timed)
    return f"counted AS (SELECT key, {columns} FROM ({each}) AS each GROUP BY key)"


def _timed(scope: Scope) -> Iterator[str]:
    """Of each key the lengths of those who ended, as they are added up or in order, and
    of those who wait."""
    kind = "int" if scope.exact else "smallint"
    yield """few AS (
        SELECT key, bucket, count(*)::int AS n FROM (
               SELECT key, unnest(each) AS bucket FROM hourly
                UNION ALL
               SELECT key, bucket FROM fresh WHERE bucket IS NOT NULL) AS each
         GROUP BY key, bucket)"""
    yield f"""ended AS (
        SELECT key, webcare_together(lengths) AS lengths,
               webcare_together(cases) AS cases
          FROM (SELECT key, buckets::{kind}[] AS lengths, cases FROM rolled
                 UNION ALL
                SELECT key, array_agg(bucket::{kind} ORDER BY bucket),
                       array_agg(n ORDER BY bucket) FROM few GROUP BY key) AS each
         GROUP BY key)"""
    yield """waiting AS (
        SELECT key, array_agg(waited ORDER BY waited) AS waited,
               array_agg(n::int ORDER BY waited) AS waits
          FROM live WHERE waited IS NOT NULL GROUP BY key)"""


def _rows(measure: Measure, scope: Scope, rows: Sequence[Sequence[Any]]) -> list[Row]:
    return [_row(measure, scope, row[2:]) for row in rows if row[1]]


def _row(measure: Measure, scope: Scope, row: Sequence[Any]) -> Row:
    key = None if row[0] == NONE else row[0]
    names = (*measure.columns, *measure.running_counts)
    counts = {name: int(n) for name, n in zip(names, row[1:], strict=False)}
    if not measure.is_timed:
        return Row(key, counts)
    longest, *lists = row[1 + len(names) :]
    lengths, cases, waited, waits = (one or [] for one in lists)
    ended, waiting = Histogram.of(lengths, cases), Histogram(waited, waits)
    return Row(
        key,
        counts,
        ended.total,
        waiting.total,
        longest,
        percentiles=tuple(_shown(scope, p) for p in percentiles(ended, waiting)),
        buckets=ended.between(_edges(scope)),
    )


def _shown(scope: Scope, length: int | None) -> int | None:
    return length if scope.exact or length is None else middle(length)


def _edges(scope: Scope) -> Sequence[int]:
    return EDGES if scope.exact else _EDGES


_EDGES = [bucket(edge) for edge in EDGES]
