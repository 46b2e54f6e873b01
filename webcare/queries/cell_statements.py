"""The statement of a report: what is added up and what is not, put together."""

from collections.abc import Iterator, Sequence

from webcare.domain.reports import By
from webcare.queries import histograms
from webcare.queries.measures import Measure
from webcare.queries.ongoing import live
from webcare.queries.rolls import Plan
from webcare.queries.scopes import (
    NONE,
    ROLL_KEYS,
    Scope,
    key_of,
    of_cells,
    of_facts,
)
from webcare.queries.spans import in_spans


def statement(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    """Return the statement: of each key what `queries/cell_rows.py` makes a row of,
    after how many of the rolls were there."""
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


# How long those took who ended, and those who still wait so far, as two lists each;
# they are sent as `queries/packed.py` reads them.
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
    lists = (f"array_send(max({name})) AS {name}" for name in _ENDED + _WAITING)
    found = ", ".join([*(f"max({name}) AS {name}" for name in numbers), *lists])
    return f"SELECT true, key, {found} FROM ({each}) AS parts GROUP BY key"


def _of_part(columns: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """All columns, of which a part has some; what no part has yet needs a type."""
    for name in columns:
        kind = "::int[]" if name in _WAITING else ""
        yield name if name in own else f"NULL{kind} AS {name}"


def _sources(
    measure: Measure, scope: Scope, by: By | None, chosen: Plan
) -> Iterator[str]:
    """The cells, the cases that no roll covers, and those that still go on."""
    key, clock = key_of(by), scope.clock
    columns = ", ".join(f'f."{name}"' for name in measure.columns)
    length = f"f.{clock}" if scope.exact else histograms.bucket(f"f.{clock}")
    yield f"""rolled AS MATERIALIZED (
        SELECT ({ROLL_KEYS[by]})::bigint AS key, c.counts,
               c.{clock}_buckets AS buckets, c.{clock}_cases AS cases
          FROM webcare_cell c JOIN webcare_roll r ON r.id = c.roll_id
         WHERE c.roll_id = ANY(%(rolls)s) AND c.dimension = %(dimension)s
           AND {of_cells(scope, by)}),
        hourly AS MATERIALIZED (
        SELECT {key}, f.counts, f.{clock} AS each
          FROM (SELECT h.*, r.from_at AS at
                  FROM webcare_hourcell h JOIN webcare_roll r ON r.id = h.roll_id
                 WHERE h.roll_id = ANY(%(rolls)s)) AS f
         WHERE {of_facts(scope)})"""
    yield f"""fresh AS MATERIALIZED (
        SELECT {key}, {columns}{f", {length} AS bucket" if measure.is_timed else ""}
          FROM ({measure.select(scope.view)}) AS f
         WHERE {in_spans("span", chosen.spans)} AND {of_facts(scope)})"""
    if measure.running:
        yield live(measure, scope, by, chosen)


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
