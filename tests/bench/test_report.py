"""Ratios are taken within a round, and their median is shown."""

import pytest

from bench.cells import Cell, Figures
from bench.load import Taken
from bench.report import Bar, percentile, rate, ratio, rows_of, table

OURS = Cell("intake", 8, 1_000, "ours")
RAW = OURS._replace(system="raw")


def _taken(requests: int, seconds: float) -> Taken:
    return Taken([seconds / requests] * requests, seconds)


def _figures(ours: list[int], raw: list[int]) -> Figures:
    figures = Figures()
    for cell, rounds in ((OURS, ours), (RAW, raw)):
        for requests in rounds:
            figures.add(cell, _taken(requests, 1.0))
    return figures


def test_a_slow_moment_slows_both_sides_of_a_ratio():
    figures = _figures(ours=[50, 5, 60], raw=[100, 10, 100])

    assert ratio(figures, OURS, RAW, rate) == pytest.approx(0.5)


def test_a_row_says_what_share_of_raw_was_reached_and_whether_that_is_enough():
    [row] = rows_of(_figures(ours=[20], raw=[100]))

    assert row["share of raw"] == pytest.approx(0.2)
    assert row["bar"] == "✗ ≥ 0.25"
    assert row["ours"]["rate"] == pytest.approx(20)


def test_a_page_has_a_bar_in_milliseconds_at_one_client():
    page = Cell("board page", 1, 1_000, "ours")
    figures = Figures()
    figures.add(page, Taken([0.05] * 90 + [0.08] * 10, 1.0))
    figures.add(page._replace(clients=8), Taken([0.05] * 100, 1.0))

    assert [row["bar"] for row in rows_of(figures)] == ["✗ ≤ 60 ms", ""]


def test_a_cell_with_a_failure_gives_no_figure():
    figures = Figures()
    broken = _taken(10, 1.0)
    broken.failures.append("HTTP/1.1 500")

    figures.add(OURS, broken)

    assert figures.failures == {OURS: "HTTP/1.1 500"}
    assert rows_of(figures) == []


def test_growth_is_taken_from_the_smallest_size():
    figures = Figures()
    larger = OURS._replace(tickets=10_000)
    figures.add(OURS, _taken(100, 1.0))
    figures.add(larger, _taken(50, 1.0))

    growth = {row["tickets"]: row["growth of p50"] for row in rows_of(figures)}

    assert growth == {1_000: None, 10_000: pytest.approx(2.0)}


def test_a_bar_may_be_a_floor_or_a_ceiling():
    assert Bar(40, at_least=False).judge(38) == "✓ ≤ 40"
    assert Bar(40, at_least=False).judge(42) == "✗ ≤ 40"
    assert Bar(0.25).judge(0.25) == "✓ ≥ 0.25"


def test_a_percentile_lies_within_what_was_measured():
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([7.0], 95) == 7.0


def test_a_table_is_in_columns():
    assert table(("", "rate"), [("intake", 1_234.5), ("list", None)]) == (
        "         rate\nintake  1,234\nlist        –"
    )
