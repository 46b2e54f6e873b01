"""One report: rolls and facts put together in one statement, whatever the measure.

The cells of whole days and months are added to the cases of what is left of a period,
read from the facts. Lengths are shown to the resolution of `domain/histograms.py`
wherever they came from, so that no figure changes when a day is rolled up; `exact`
reads every one to the second instead.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.histograms import bucket, middle
from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.domain.survival import Histogram, percentiles
from webcare.domain.waits import Waits
from webcare.queries.cell_statements import statement
from webcare.queries.lookups import LOOKED_UP, UNCOMPILED
from webcare.queries.measures import Measure
from webcare.queries.opening import opening
from webcare.queries.packed import numbers
from webcare.queries.rolled_waits import rolled_waits
from webcare.queries.rolls import Plan, plan
from webcare.queries.scopes import NONE, Scope, dimension
from webcare.queries.spans import ends

TRIES = 3


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


class _Read(NamedTuple):
    """What the statements of a report returned."""

    rows: list[tuple[Any, ...]]
    waits: Mapping[int, Waits]
    is_whole: bool  # whether all rolls were there each time


def read(measure: Measure, scope: Scope, by: By | None) -> list[Row]:
    """Return one row per key, in the order of the keys: three statements at most.

    A roll that is made anew between them is noticed, and all is read again.
    """
    for _ in range(TRIES):
        found = _fetch(measure, scope, by, _plan(measure, scope, by))
        if found.is_whole:
            break
    else:
        found = _fetch(measure, scope, by, Plan.of_facts(scope.period))
    return _rows(measure, scope, found)


FEW = timedelta(days=31)


@transaction.atomic
def _fetch(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> _Read:
    unrolled = sum((span.end - span.start for span in chosen.spans), timedelta())
    fetch(LOOKED_UP if unrolled <= FEW else UNCOMPILED, [])
    hours = _hours(scope)
    values = _values(scope, by, chosen) | {"opening": json.dumps(hours)}
    rows = fetch(statement(measure, scope, by, chosen), values)
    is_whole = rows[0][0] == len(chosen.rolls)
    if not (measure.is_timed and chosen.rolls):
        return _Read(rows, {}, is_whole)
    there, waits = rolled_waits(scope, by, values, hours)
    return _Read(rows, waits, is_whole and there == len(chosen.rolls))


def _hours(scope: Scope) -> list[dict[str, Any]]:
    """Of each queue its open hours, where lengths are of those."""
    is_asked = scope.clock == "business"
    return opening(scope.period.start, scope.as_of) if is_asked else []


def _plan(measure: Measure, scope: Scope, by: By | None) -> Plan:
    if scope.exact or dimension(scope, by) is None:
        return Plan.of_facts(scope.period)
    return plan(
        measure,
        scope.view,
        scope.period,
        scope.as_of,
        by_day=by in (By.DAY, By.WEEK),
    )


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


def _rows(measure: Measure, scope: Scope, found: _Read) -> list[Row]:
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
    ended, waiting = Histogram.of(lengths, cases), Histogram.of(waited, n)
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
