"""One report: rolls and facts put together, whatever the measure.

The cells of whole days and months are added to the cases of what is left of a period,
read from the facts. Lengths are shown to the resolution of `domain/histograms.py`
wherever they came from, so that no figure changes when a day is rolled up; `exact`
reads every one to the second instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.queries.measures import Measure
from webcare.queries.rolls import Plan, plan
from webcare.queries.scopes import Scope, dimension

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
    """Return one row per key, in the order of the keys: three statements at most.

    A roll that is made anew between them is noticed, and all is read again.
    """
    from webcare.queries.cell_rows import fetch_cells, rows_of  # noqa: PLC0415 - numpy

    for _ in range(TRIES):
        found = fetch_cells(measure, scope, by, _plan(measure, scope, by))
        if found.is_whole:
            break
    else:
        found = fetch_cells(measure, scope, by, Plan.of_facts(scope.period))
    return rows_of(measure, scope, found)


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
