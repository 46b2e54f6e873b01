"""How the cells of rolls are made: days from the facts, months from their days.

`sums` is what was counted of each cell, `lengths` how many cases of it are in which
buckets by either clock; together they are the cell.
"""

from conversations.models.bulk import fetch
from webcare.queries import histograms
from webcare.queries.lookups import LOOKED_UP
from webcare.queries.measures import CLOCKS, Measure
from webcare.queries.ongoing import OF
from webcare.queries.scopes import EVERY, NONE, PRIORITIES

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
 RETURNING id, from_at, to_at),
    them AS (
    SELECT array_agg(id ORDER BY from_at) AS ids,
           array_agg(from_at ORDER BY from_at) AS froms,
           array_agg(to_at ORDER BY from_at) AS tos FROM made)"""
# Which of them holds a moment `f.at`, of those within the first and the last: searched
# for in a list, for compared with each of them a month of cases takes long.
_PLACE = "width_bucket(f.at, (SELECT froms FROM them))"
_ROLL = f"((SELECT ids FROM them))[{_PLACE}] AS roll"
# The span is said as well, so that an index is asked for just these days.
_WITHIN = f"""f.at >= %(first)s AND f.at < %(last)s
               AND f.at < ((SELECT tos FROM them))[{_PLACE}]"""
_OF_CELL = "roll, dimension, queue, key"
_COLUMNS = "roll_id, dimension, queue, key, counts"
_LISTS = """, calendar_buckets, calendar_cases, business_buckets, business_cases"""

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
            SELECT {_ROLL}, coalesce(f.queue, {NONE})::bigint AS own,
                   coalesce(f.topic, {NONE})::bigint AS topic,
                   coalesce(f.agent, {NONE})::bigint AS agent,
                   coalesce(f.channel, {NONE})::bigint AS channel,
                   coalesce(array_position(ARRAY[{PRIORITIES}], f.priority) - 1,
                            {NONE})::bigint AS priority,
                   extract(hour FROM f.at AT TIME ZONE %(zone)s)::bigint AS hour,
                   {", ".join(f"f.{name}" for name in names)}{_buckets(measure)}
              FROM ({measure.select(view)}) AS f
             WHERE {_WITHIN}),
        sums AS (
            SELECT {_CELL}, ARRAY[{sums}]::bigint[] AS counts{_lengths(measure)}
              FROM facts GROUP BY roll, {_SETS}),
        written AS (
            INSERT INTO webcare_cell ({_COLUMNS}{_LISTS})
            SELECT {_OF_CELL}, counts{_lists(measure, _HISTOGRAM)})
            {_ongoing_of_days(measure, view)}
        SELECT id FROM made"""


def of_hours(measure: Measure, view: str) -> str:
    """The statement that makes rolls of hours with all they hold; returns their ids."""
    names = [f'"{name}"' for name in measure.columns]
    sums = ", ".join(f"sum({name})" for name in names)
    return f"""
        WITH {_MADE},
        facts AS MATERIALIZED (
            SELECT {_ROLL}, f.queue, f.topic, f.agent, f.channel,
                   coalesce(f.priority, '') AS priority,
                   {", ".join(f"f.{name}" for name in names)}{_buckets(measure)}
              FROM ({measure.select(view)}) AS f
             WHERE {_WITHIN}),
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
             CROSS JOIN LATERAL (
                   SELECT ((SELECT ids FROM them))[{_PLACE}] AS id,
                          ((SELECT tos FROM them))[{_PLACE}] AS to_at) AS made
             WHERE {_WITHIN}"""
    )


def _buckets(measure: Measure) -> str:
    return "".join(
        f", {histograms.bucket(f'f.{clock}')}::smallint AS {clock}_bucket"
        for clock in CLOCKS
        if measure.is_timed
    )


_EMPTY = ", '{}'"
# Put in order once, not for each of the lists.
_HISTOGRAM = """
     CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(bucket), '{{}}') AS buckets,
                  coalesce(array_agg(n), '{{}}') AS cases
             FROM (SELECT bucket, count(*)::int AS n
                     FROM (SELECT unnest({clock}) AS bucket) AS each
                    GROUP BY bucket ORDER BY bucket) AS one) AS {clock}_h"""


def _lengths(measure: Measure) -> str:
    """The buckets of all lengths of a cell, one for each case."""
    return "".join(
        f""",
                   array_agg({clock}_bucket)
                       FILTER (WHERE {clock}_bucket IS NOT NULL) AS {clock}"""
        for clock in CLOCKS
        if measure.is_timed
    )


def _lists(measure: Measure, histogram: str) -> str:
    """Histograms of what is in `sums`, and that they are made of it."""
    if not measure.is_timed:
        return f"{4 * _EMPTY} FROM sums"
    lists = "".join(f", {clock}_h.buckets, {clock}_h.cases" for clock in CLOCKS)
    return f"{lists} FROM sums" + "".join(
        histogram.format(clock=clock) for clock in CLOCKS
    )


_OF_THEIR_DAYS = """
              FROM webcare_ongoing CROSS JOIN made
             CROSS JOIN LATERAL unnest(begun, changes) AS each(at, changes_at)
             WHERE roll_id = ANY(%(days)s)"""
_MERGED = """
     CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(bucket), '{{}}') AS buckets,
                  coalesce(array_agg(n), '{{}}') AS cases
             FROM (SELECT bucket, sum(n)::int AS n
                     FROM (SELECT unnest({clock}_buckets) AS bucket,
                                  unnest({clock}_cases) AS n) AS each
                    GROUP BY bucket ORDER BY bucket) AS one) AS {clock}_h"""


def of_month(measure: Measure) -> str:
    """The statement that makes the roll of a month from those of its `days`."""
    sums = ", ".join(f"sum(counts[{n + 1}])" for n in range(len(measure.columns)))
    lists = "".join(
        f", webcare_together({clock}_{one}) AS {clock}_{one}"
        for clock in CLOCKS
        for one in ("buckets", "cases")
        if measure.is_timed
    )
    return f"""
        WITH {_MADE},
        sums AS (
            SELECT made.id AS roll, dimension, queue, key,
                   ARRAY[{sums}]::bigint[] AS counts{lists}
              FROM webcare_cell CROSS JOIN made WHERE roll_id = ANY(%(days)s)
             GROUP BY made.id, dimension, queue, key),
        written AS (
            INSERT INTO webcare_cell ({_COLUMNS}{_LISTS})
            SELECT {_OF_CELL}, counts{_lists(measure, _MERGED)})
            {_ONGOING.format(source=_OF_THEIR_DAYS)}
        SELECT id FROM made"""
