"""One report: rolls and facts put together in one statement, whatever the measure.

The cells of whole days and months are added to the cases of what is left of a period,
read from the facts. Lengths are shown to the resolution of `domain/histograms.py`
wherever they came from, so that no figure changes when a day is rolled up; `exact`
reads every one to the second instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.histograms import bucket, middle
from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.domain.survival import Histogram, percentiles
from webcare.queries.cell_statements import statement
from webcare.queries.lookups import LOOKED_UP, UNCOMPILED
from webcare.queries.measures import Measure
from webcare.queries.opening import opening
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


FEW = timedelta(days=31)


@transaction.atomic
def _fetch(
    measure: Measure, scope: Scope, by: By | None, chosen: Plan
) -> list[tuple[Any, ...]]:
    unrolled = sum((span.end - span.start for span in chosen.spans), timedelta())
    fetch(LOOKED_UP if unrolled <= FEW else UNCOMPILED, [])
    return fetch(statement(measure, scope, by, chosen), _values(scope, by, chosen))


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
        "opening": opening(scope.period.start, scope.as_of)
        if scope.clock == "business"
        else None,
    }


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
