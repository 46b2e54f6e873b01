"""How the cells of rolls are made: days from the facts, months from their days.

`sums` is what was counted of each cell, `lengths` how many cases of it are in which
buckets by either clock; together they are the cell.
"""

from conversations.models.bulk import fetch
from webcare.queries import histograms
from webcare.queries.cells import EVERY, LOOKED_UP, NONE, OF, PRIORITIES
from webcare.queries.measures import CLOCKS, Measure

# The cases of a few days are few. What is added up stays in memory.
_SETTINGS = f"{LOOKED_UP}; SET LOCAL work_mem = '64MB'"


def prepare() -> None:
    """Let the planner know, until the transaction ends, what is going to be made."""
    fetch(_SETTINGS, [])


_MADE = """made AS (
    INSERT INTO webcare_roll
           (measure, view, grain, start, zone, from_at, to_at, known_until, scheme)
    SELECT %(measure)s, %(view)s, %(grain)s, start, %(whose)s, from_at, to_at,
           'infinity', %(scheme)s
      FROM unnest(%(starts)s::date[], %(froms)s::timestamptz[], %(tos)s::timestamptz[])
           AS given(start, from_at, to_at)
 RETURNING id, from_at, to_at)"""
_OF_CELL = "roll, dimension, queue, key"
_LISTS = ", ".join(
    f"coalesce(max({lists}) FILTER (WHERE clock = '{clock}'), '{{}}')"
    for clock in CLOCKS
    for lists in ("buckets", "cases")
)
# Each list comes in a row of its own, and there is one of each at most.
_WRITE = f"""
    INSERT INTO webcare_cell
           (roll_id, dimension, queue, key, counts, calendar_buckets, calendar_cases,
            business_buckets, business_cases)
    SELECT {_OF_CELL}, max(counts), {_LISTS}
      FROM (SELECT {_OF_CELL}, counts, NULL AS clock, NULL::smallint[] AS buckets,
                   NULL::int[] AS cases
              FROM sums
             UNION ALL
            SELECT {_OF_CELL}, NULL, clock, buckets, cases
              FROM lengths) AS lists
     GROUP BY {_OF_CELL}"""


# Rolls are read later than that their span is over for `fresh`: what has changed by
# then has changed for good, and what is none of anything then is not kept.
_ONGOING = f""",
    ongoing AS (
        INSERT INTO webcare_ongoing
               (roll_id, {OF}, state, becomes, begun, changes, last_change)
        SELECT roll, {OF}, state, becomes, array_agg(at ORDER BY at, changes_at),
               CASE WHEN max(changes_at) IS NULL THEN '{{{{}}}}'
                    ELSE array_agg(changes_at ORDER BY at, changes_at) END,
               max(changes_at)
          FROM (SELECT roll, {OF}, at,
                       CASE WHEN has_changed THEN becomes ELSE state END AS state,
                       CASE WHEN NOT has_changed THEN changes_at END AS changes_at,
                       CASE WHEN has_changed THEN 0 ELSE becomes END AS becomes
                  FROM (SELECT made.id AS roll, {OF}, at, state, changes_at,
                               becomes,
                               coalesce(changes_at <= made.to_at + %(fresh)s, false)
                                   AS has_changed
                        {{source}}) AS known) AS each
         WHERE state > 0
         GROUP BY roll, {OF}, state, becomes)"""
# Of a case nothing of this is null, so that a null says: all of them together.
_DIMENSIONS = ("topic", "agent", "channel", "priority", "hour")
_SETS = f"""GROUPING SETS ({", ".join(f"({one})" for one in _DIMENSIONS)}, ()),
                      GROUPING SETS ((own), ())"""
_NAMED = " ".join(f"WHEN {one} IS NOT NULL THEN '{one}'" for one in _DIMENSIONS)
_CELL = f"""roll, CASE {_NAMED} ELSE 'none' END COLLATE "C" AS dimension,
                   coalesce(own, {EVERY}) AS queue,
                   coalesce({", ".join(_DIMENSIONS)}, {NONE}) AS key"""


def of_days(measure: Measure, view: str) -> str:
    """The statement that makes rolls of days with their cells, and returns their ids.

    Each case counts once in every dimension, in its own queue and in all of them.
    """
    names = [f'"{name}"' for name in measure.columns]
    sums = ", ".join(f"sum({name})" for name in names)
    return f"""
        WITH {_MADE},
        facts AS MATERIALIZED (
            SELECT made.id AS roll, coalesce(f.queue, {NONE})::bigint AS own,
                   coalesce(f.topic, {NONE})::bigint AS topic,
                   coalesce(f.agent, {NONE})::bigint AS agent,
                   coalesce(f.channel, {NONE})::bigint AS channel,
                   coalesce(array_position(ARRAY[{PRIORITIES}], f.priority) - 1,
                            {NONE})::bigint AS priority,
                   extract(hour FROM f.at AT TIME ZONE %(zone)s)::bigint AS hour,
                   {", ".join(f"f.{name}" for name in names)}{_buckets(measure)}
              FROM ({measure.select(view)}) AS f
              JOIN made ON f.at >= made.from_at AND f.at < made.to_at
             -- Said once more, so that an index is asked for just these days.
             WHERE f.at >= %(first)s AND f.at < %(last)s),
        sums AS (
            SELECT {_CELL}, ARRAY[{sums}]::bigint[] AS counts
              FROM facts GROUP BY roll, {_SETS}),
        lengths AS ({_lengths(measure)}),
        written AS ({_WRITE}){_ongoing_of_days(measure, view)}
        SELECT id FROM made"""


def of_hours(measure: Measure, view: str) -> str:
    """The statement that makes rolls of hours with all they hold; returns their ids."""
    names = [f'"{name}"' for name in measure.columns]
    sums = ", ".join(f"sum({name})" for name in names)
    return f"""
        WITH {_MADE},
        facts AS MATERIALIZED (
            SELECT made.id AS roll, f.queue, f.topic, f.agent, f.channel,
                   coalesce(f.priority, '') AS priority,
                   {", ".join(f"f.{name}" for name in names)}{_buckets(measure)}
              FROM ({measure.select(view)}) AS f
              JOIN made ON f.at >= made.from_at AND f.at < made.to_at
             WHERE f.at >= %(first)s AND f.at < %(last)s),
        cells AS (
            INSERT INTO webcare_hourcell
                   (roll_id, {OF}, counts, calendar, business)
            SELECT roll, {OF}, ARRAY[{sums}]::bigint[],
                   {", ".join(_each(measure, clock) for clock in CLOCKS)}
              FROM facts GROUP BY roll, {OF}){_ongoing_of_days(measure, view)}
        SELECT id FROM made"""


def _each(measure: Measure, clock: str) -> str:
    if not measure.is_timed:
        return "'{}'"
    bucket = f"{clock}_bucket"
    return f"""coalesce(array_agg({bucket} ORDER BY {bucket})
                            FILTER (WHERE {bucket} IS NOT NULL), '{{}}')"""


def _ongoing_of_days(measure: Measure, view: str) -> str:
    if not measure.running:
        return ""
    return _ONGOING.format(
        source=f"""
              FROM (SELECT *, {view}_at AS at FROM ({measure.running}) AS running) AS f
              JOIN made ON f.at >= made.from_at AND f.at < made.to_at
             WHERE f.at >= %(first)s AND f.at < %(last)s"""
    )


def _buckets(measure: Measure) -> str:
    return "".join(
        f", {histograms.bucket(f'f.{clock}')}::smallint AS {clock}_bucket"
        for clock in CLOCKS
        if measure.is_timed
    )


_SORTED = """array_agg(bucket ORDER BY bucket) AS buckets,
                          array_agg(n::int ORDER BY bucket) AS cases"""
_NO_LENGTHS = f"""
    SELECT {_OF_CELL}, NULL AS clock, NULL::smallint[] AS buckets, NULL::int[] AS cases
      FROM sums LIMIT 0"""


def _lengths(measure: Measure) -> str:
    """The lengths of each cell, one by one at first; of what has none, nothing."""
    if not measure.is_timed:
        return _NO_LENGTHS
    return " UNION ALL ".join(
        f"""
            SELECT {_OF_CELL}, '{clock}' AS clock, h.*
              FROM (SELECT {_CELL}, array_agg({clock}_bucket) AS each
                      FROM facts WHERE {clock}_bucket IS NOT NULL
                     GROUP BY roll, {_SETS}) AS cells
             CROSS JOIN LATERAL (
                   SELECT {_SORTED}
                     FROM (SELECT bucket, count(*) AS n FROM unnest(each) AS bucket
                            GROUP BY bucket) AS one) AS h"""
        for clock in CLOCKS
    )


_OF_DAYS = """webcare_cell c CROSS JOIN made
                 CROSS JOIN unnest({lists}) {columns}
                 WHERE c.roll_id = ANY(%(days)s)
                 GROUP BY made.id, dimension, queue, key"""
_COUNTS = _OF_DAYS.format(lists="c.counts", columns="WITH ORDINALITY AS h(n, place)")
_BUCKETS = {
    clock: _OF_DAYS.format(
        lists=f"c.{clock}_buckets, c.{clock}_cases", columns="AS h(bucket, n)"
    )
    for clock in CLOCKS
}
_LENGTHS = " UNION ALL ".join(
    f"""
        SELECT {_OF_CELL}, '{clock}' AS clock, {_SORTED}
          FROM (SELECT made.id AS roll, dimension, queue, key, bucket, sum(n) AS n
                  FROM {buckets}, bucket) AS each
         GROUP BY {_OF_CELL}"""
    for clock, buckets in _BUCKETS.items()
)
_OF_THEIR_DAYS = """
              FROM webcare_ongoing CROSS JOIN made
             CROSS JOIN LATERAL unnest(begun, changes) AS each(at, changes_at)
             WHERE roll_id = ANY(%(days)s)"""
# The statement that makes the roll of a month from those of its `days`.
OF_MONTHS = f"""
    WITH {_MADE},
    sums AS (
        SELECT {_OF_CELL}, array_agg(n ORDER BY place)::bigint[] AS counts
          FROM (SELECT made.id AS roll, dimension, queue, key, place, sum(n) AS n
                  FROM {_COUNTS}, place) AS places
         GROUP BY {_OF_CELL}),
    lengths AS ({_LENGTHS}),
    written AS ({_WRITE}){_ONGOING.format(source=_OF_THEIR_DAYS)}
    SELECT id FROM made"""
