"""What the statements of a report return, and the rows that are made of it.

Loaded by the first report: a process that was never asked for one has no numpy.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.histograms import bucket, middle
from webcare.domain.reports import EDGES, By
from webcare.domain.survival import percentiles
from webcare.domain.waits import Waits, together
from webcare.queries.cell_statements import statement
from webcare.queries.cells import Row
from webcare.queries.lookups import LOOKED_UP, UNCOMPILED
from webcare.queries.measures import Measure
from webcare.queries.opening import opening
from webcare.queries.packed import numbers
from webcare.queries.rolled_waits import rolled_waits
from webcare.queries.rolls import Plan
from webcare.queries.scopes import NONE, Scope, dimension
from webcare.queries.spans import ends


class Found(NamedTuple):
    """What the statements of a report returned."""

    rows: list[tuple[Any, ...]]
    waits: Mapping[int, Waits]
    is_whole: bool  # whether all rolls were there each time


FEW = timedelta(days=31)


@transaction.atomic
def fetch_cells(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> Found:
    """Read a report as planned: two statements and, where lengths are asked of what is
    added up, another one."""
    unrolled = sum((span.end - span.start for span in chosen.spans), timedelta())
    fetch(LOOKED_UP if unrolled <= FEW else UNCOMPILED, [])
    hours = _hours(scope)
    values = _values(scope, by, chosen) | {"opening": json.dumps(hours)}
    rows = fetch(statement(measure, scope, by, chosen), values)
    is_whole = rows[0][0] == len(chosen.rolls)
    if not (measure.is_timed and chosen.rolls):
        return Found(rows, {}, is_whole)
    there, waits = rolled_waits(scope, by, values, hours)
    return Found(rows, waits, is_whole and there == len(chosen.rolls))


def _hours(scope: Scope) -> list[dict[str, Any]]:
    """Of each queue its open hours, where lengths are of those."""
    is_asked = scope.clock == "business"
    return opening(scope.period.start, scope.as_of) if is_asked else []


def _values(scope: Scope, by: By | None, chosen: Plan) -> dict[str, Any]:
    return {
        "as_of": scope.as_of,
        "since": scope.as_of,
        "rolls": list(chosen.rolls),
        **dict(ends("span", chosen.spans)),
        **dict(ends("live", chosen.live)),
        "dimension": dimension(scope, by),
        "queues": list(scope.queues or ()),
        "topics": list(scope.topics or ()),
        "channel": scope.channel,
        "zone": settings.DESK_TIME_ZONE,
    }


def rows_of(measure: Measure, scope: Scope, found: Found) -> list[Row]:
    """Return one row per key, in the order of the keys."""
    rows = {row[2]: row[2:] for row in found.rows if row[1]}
    nothing = [0] * (len(measure.columns) + len(measure.running_counts)) + [None] * 5
    for key in found.waits.keys() - rows.keys():
        rows[key] = (key, *nothing)
    return [
        _row(measure, scope, rows[key], found.waits.get(key))
        for key in sorted(rows, key=lambda key: (key == NONE, key))
    ]


def _row(
    measure: Measure, scope: Scope, row: Sequence[Any], waits: Waits | None
) -> Row:
    key = None if row[0] == NONE else row[0]
    names = (*measure.columns, *measure.running_counts)
    counts = {name: int(n) for name, n in zip(names, row[1:], strict=False)}
    if not measure.is_timed:
        return Row(key, counts)
    longest, *lists = row[1 + len(names) :]
    lengths, cases, waited, n = map(numbers, lists)
    if waits:
        counts[measure.running_counts[0]] += waits.total
        longest = max(longest or 0, waits.longest)
        waited, n = np.append(waited, waits.lengths), np.append(n, waits.cases)
    ended, waiting = together(lengths, cases), together(waited, n)
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
