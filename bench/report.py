"""Figures as a table that can be read, and the bars they are held against.

A ratio is always taken within one round, and the median of those is shown: what else
the machine did then slowed both sides of it alike.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import median, quantiles
from typing import Any, NamedTuple

from bench import asked_reports
from bench.cells import Cell, Figures
from bench.load import Taken
from bench.operations import OPERATIONS


class Bar(NamedTuple):
    """What a figure should reach, or stay under."""

    limit: float
    at_least: bool = True

    def judge(self, figure: float) -> str:
        reached = figure >= self.limit if self.at_least else figure <= self.limit
        sign = "≥" if self.at_least else "≤"
        return f"{'✓' if reached else '✗'} {sign} {self.limit:g}"


# (operation, clients) -> the share of raw's rate, or the multiple of floor's p50.
SHARES = {
    ("intake", 8): Bar(0.25),
    ("intake of 100", 8): Bar(0.40),
    ("reply", 8): Bar(0.25),
    ("reply and resolve", 8): Bar(0.25),
}
MULTIPLES = {
    (name, 1): Bar(1.5, at_least=False)
    for name in (
        *("list", "list page", "ticket", "thread", "ticket page"),
        *("search rare", "search common", "search phrase"),
    )
}
# A report's slowest grouping, in milliseconds.
REPORTS = {
    name: Bar(300 if period == "90 days" else 1_000, at_least=False)
    for name, _, period in asked_reports.names()
}
# In milliseconds: a page's p95 with one client, and an event's from commit to page.
PAGES = dict.fromkeys(("list page", "board page", "ticket page"), Bar(60, False))
ON_PAGE_P95 = Bar(500, False)
GROWTH_OF_READS, GROWTH_OF_WRITES = Bar(1.5, False), Bar(1.1, False)
PIPELINE_SHARE, PIPELINE_RATE = Bar(0.30), Bar(1_500)
PIPELINE_STATEMENTS, ROUTED_P95 = Bar(40, False), Bar(1.0, False)
MEMORY = {"web": Bar(250, False), "worker": Bar(400, False)}


def rate(taken: Taken) -> float:
    """Requests a second."""
    return len(taken.latencies) / taken.seconds


def p50(taken: Taken) -> float:
    """In milliseconds."""
    return median(taken.latencies) * 1000


def p95(taken: Taken) -> float:
    """In milliseconds."""
    return percentile(taken.latencies, 95) * 1000


def percentile(values: Sequence[float], which: int) -> float:
    if len(values) < 2:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[which - 1]


def ratio(
    figures: Figures, of: Cell, to: Cell, figure: Callable[[Taken], float]
) -> float | None:
    """Return the median over rounds of one cell's figure over another's."""
    pairs = list(zip(figures.taken[of], figures.taken[to], strict=False))
    return median(figure(a) / figure(b) for a, b in pairs) if pairs else None


def rows_of(figures: Figures) -> list[dict[str, Any]]:
    """Return one row for each cell of ours, with its ratios and its bars."""
    beside = {one.name: one.beside or one.name for one in OPERATIONS}
    rows = []
    for cell in [cell for cell in figures.taken if cell.system == "ours"]:
        raw = cell._replace(operation=beside[cell.operation], system="raw")
        floor = raw._replace(system="floor")
        share = ratio(figures, cell, raw, rate)
        multiple = ratio(figures, cell, floor, p50)
        rows.append(
            {
                "operation": cell.operation,
                "clients": cell.clients,
                "tickets": cell.tickets,
                "raw": summary(figures.taken[raw]),
                "floor": summary(figures.taken[floor]),
                "ours": summary(figures.taken[cell]),
                "share of raw": share,
                "floor's share of raw": ratio(figures, floor, raw, rate),
                "p50 over floor": multiple,
                "growth of p50": _growth(figures, cell, p50),
                "growth of p95": _growth(figures, cell, p95),
                "bar": _bar(cell, share, multiple, figures.taken[cell]),
            }
        )
    return rows


def summary(rounds: list[Taken]) -> dict[str, float]:
    """Return medians over the rounds: requests a second, and milliseconds."""
    if not rounds:
        return {}
    return {
        "rate": median(map(rate, rounds)),
        "p50": median(map(p50, rounds)),
        "p95": median(map(p95, rounds)),
    }


def _growth(
    figures: Figures, cell: Cell, figure: Callable[[Taken], float]
) -> float | None:
    """How much longer it takes here than at the smallest size; None there."""
    smallest = min(one.tickets for one in figures.taken)
    if cell.tickets == smallest:
        return None
    return ratio(figures, cell, cell._replace(tickets=smallest), figure)


def _bar(
    cell: Cell, share: float | None, multiple: float | None, rounds: list[Taken]
) -> str:
    key = cell.operation, cell.clients
    bars = []
    if key in SHARES and share is not None:
        bars.append(SHARES[key].judge(share))
    if key in MULTIPLES and multiple is not None:
        bars.append(MULTIPLES[key].judge(multiple))
    if cell.operation in REPORTS and rounds:
        bars.append(REPORTS[cell.operation].judge(median(map(p95, rounds))))
    if cell.operation in PAGES and cell.clients == 1 and rounds:
        bars.append(f"{PAGES[cell.operation].judge(median(map(p95, rounds)))} ms")
    return ", ".join(bars)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows in columns: the first to the left, all others to the right."""
    lines = [list(map(str, header)), *[[_shown(one) for one in row] for row in rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return str(value)
