"""When a report is sent, and which days it is about, over nights that clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from webcare.domain.report_schedules import Period, days_of, next_instant, span_of

HOME = ZoneInfo("Europe/Amsterdam")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (Period.YESTERDAY, "2026-03-10", "2026-03-11"),
        (Period.LAST_7_DAYS, "2026-03-04", "2026-03-11"),
        (Period.LAST_WEEK, "2026-03-02", "2026-03-09"),
        (Period.LAST_MONTH, "2026-02-01", "2026-03-01"),
    ],
)
def test_a_period_is_whole_days_before_today(period, first, after):
    today = date(2026, 3, 11)  # a Wednesday

    assert days_of(period, today) == (
        date.fromisoformat(first),
        date.fromisoformat(after),
    )


def test_a_day_on_which_clocks_change_is_as_long_as_it_is():
    start, end = span_of(Period.YESTERDAY, at("2026-03-30T08:00"), HOME)

    assert (end - start).total_seconds() == 23 * 3_600
    assert start == datetime(2026, 3, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "days", "then"),
    [
        ("2026-03-11T07:59", {3}, "2026-03-11T08:00"),
        ("2026-03-11T08:00", {3}, "2026-03-18T08:00"),
        ("2026-03-11T09:00", {1, 5}, "2026-03-13T08:00"),
        ("2026-03-13T09:00", {1, 5}, "2026-03-16T08:00"),
        ("2026-03-27T09:00", {1}, "2026-03-30T08:00"),
    ],
)
def test_the_next_time_is_that_of_the_desk_whatever_the_clocks_do(after, days, then):
    assert next_instant(at(after), days, time(8), HOME) == at(then)


def test_a_time_that_a_night_leaves_out_comes_all_the_same():
    found = next_instant(at("2026-03-28T12:00"), {7}, time(2, 30), HOME)

    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_its_first_and_not_sent_again():
    first = next_instant(at("2026-10-24T12:00"), {7}, time(2, 30), HOME)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_instant(first, {7}, time(2, 30), HOME) > datetime(
        2026, 10, 31, tzinfo=UTC
    )
