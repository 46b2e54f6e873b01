"""Open time on days that are special, and as vendors work it out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.webcare.domain.office import OFFICE, WEEK, calendar, local
from webcare.domain.calendars import (
    ALWAYS,
    Span,
    Why,
)
from webcare.exceptions import NeverOpen


@pytest.mark.parametrize(
    ("evening", "morning", "real_hours"),
    [
        ("2026-03-28T23:00", "2026-03-29T09:00", 9),
        ("2026-10-24T23:00", "2026-10-25T09:00", 11),
        ("2027-03-27T23:00", "2027-03-28T09:00", 9),
        ("2027-10-30T23:00", "2027-10-31T09:00", 11),
        ("2026-06-01T23:00", "2026-06-02T09:00", 10),
    ],
)
def test_a_night_has_the_hours_that_pass_and_not_those_on_the_wall(
    evening: str, morning: str, real_hours: int
) -> None:
    night_shift = calendar([{"from": "23:00", "until": "09:00"}], WEEK)
    for desk in (ALWAYS, night_shift):
        passed = desk.open_seconds(local(evening), local(morning))
        assert passed == real_hours * 3600
        due = desk.add_open_seconds(local(evening), real_hours * 3600)
        assert due == local(morning)


def test_a_wall_time_that_is_skipped_is_the_moment_of_the_skip() -> None:
    desk = calendar([{"from": "02:30", "until": "04:00"}], WEEK)
    spans = desk.spans(local("2026-03-29T00:00"), local("2026-03-29T12:00"))
    [opened] = [one for one in spans if one.is_open]
    assert opened.start == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert opened.end == datetime(2026, 3, 29, 2, tzinfo=UTC)
    nothing_left = calendar([{"from": "02:10", "until": "02:50"}], WEEK)
    assert not any(
        one.is_open for one in nothing_left.spans(spans[0].start, opened.end)
    )


def test_a_wall_time_that_comes_twice_is_its_first() -> None:
    desk = calendar([{"from": "02:00", "until": "02:30"}], WEEK)
    spans = desk.spans(local("2026-10-25T00:00"), local("2026-10-25T12:00"))
    [opened] = [one for one in spans if one.is_open]
    assert opened.start == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert opened.end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- days --------------------------------------------------------------------------


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    desk = calendar(
        [{"from": "22:00", "until": "06:00"}],
        ["friday"],
        holidays=[{"date": "2026-11-28", "name": "Feest"}],
    )
    saturday = desk.spans(local("2026-11-28T00:00"), local("2026-11-29T00:00"))
    assert [(one.is_open, one.why, one.name) for one in saturday] == [
        (True, Why.HOURS, ""),
        (False, Why.HOLIDAY, "Feest"),
    ]
    assert saturday[0].end == local("2026-11-28T06:00")


def test_a_night_shift_of_old_year_goes_on_into_the_new() -> None:
    desk = calendar([{"from": "22:00", "until": "06:00"}], ["thursday"])
    new_year = (local("2027-01-01T00:00"), local("2027-01-02T00:00"))
    assert desk.open_seconds(*new_year) == 6 * 3600
    far_east = calendar(
        [{"from": "22:00", "until": "06:00"}],
        ["thursday"],
        time_zone="Pacific/Kiritimati",
    )
    assert far_east.is_open(datetime(2026, 12, 31, 12, tzinfo=UTC))


def test_a_leap_day_is_a_day() -> None:
    desk = calendar()
    week = desk.open_seconds(local("2028-02-28T00:00"), local("2028-03-06T00:00"))
    assert week == 5 * 8 * 3600
    assert desk.is_open(local("2028-02-29T10:00"))


def test_kings_day_is_closed_and_says_its_name() -> None:
    desk = calendar(holidays=[{"date": "2026-04-27", "name": "Koningsdag"}])
    friday = local("2026-04-24T16:30")
    assert desk.add_open_seconds(friday, 3600) == local("2026-04-28T09:30")
    spans = desk.spans(friday, local("2026-04-28T09:30"))
    assert [(one.is_open, one.name or one.why.value) for one in spans] == [
        (True, "hours"),
        (False, "hours"),
        (False, "Koningsdag"),
        (False, "hours"),
        (True, "hours"),
    ]


def test_a_half_day_has_its_own_hours() -> None:
    eve = {"date": "2026-12-24", "name": "Kerstavond"}
    desk = calendar(holidays=[{**eve, "hours": [{"from": "09:00", "until": "13:00"}]}])
    day = (local("2026-12-24T00:00"), local("2026-12-25T00:00"))
    assert desk.open_seconds(*day) == 4 * 3600
    assert {one.name for one in desk.spans(*day)} == {"Kerstavond"}


def test_an_incident_opens_a_holiday_at_night() -> None:
    outage = {
        "open": True,
        "from": "2026-12-25T23:00",
        "until": "2026-12-26T02:00",
        "reason": "Storing",
    }
    desk = calendar(
        holidays=[
            {"date": "2026-12-25", "name": "Eerste Kerstdag"},
            {"date": "2026-12-26", "name": "Tweede Kerstdag"},
        ],
        extras=[outage],
    )
    spans = desk.spans(local("2026-12-25T12:00"), local("2026-12-26T12:00"))
    assert [(one.is_open, one.why, one.name) for one in spans] == [
        (False, Why.HOLIDAY, "Eerste Kerstdag"),
        (True, Why.OPENING, "Storing"),
        (False, Why.HOLIDAY, "Tweede Kerstdag"),
    ]
    assert desk.next_opening(local("2026-12-25T12:00")) == local("2026-12-25T23:00")


def test_of_two_extras_the_later_in_the_list_decides() -> None:
    closed = {
        "open": False,
        "from": "2026-11-26T12:00",
        "until": "2026-11-26T17:00",
        "reason": "Training",
    }
    opened = closed | {"open": True, "from": "2026-11-26T15:00", "reason": "Storing"}
    day = (local("2026-11-26T09:00"), local("2026-11-26T17:00"))
    assert calendar(extras=[closed, opened]).open_seconds(*day) == 5 * 3600
    assert calendar(extras=[opened, closed]).open_seconds(*day) == 3 * 3600


def test_the_last_open_second_counts_and_the_first_closed_one_does_not() -> None:
    desk = calendar()
    closing = local("2026-11-26T17:00")
    assert desk.open_seconds(closing - timedelta(seconds=1), closing) == 1
    assert desk.open_seconds(closing, closing + timedelta(seconds=1)) == 0
    assert not desk.is_open(closing)
    assert desk.add_open_seconds(closing - timedelta(seconds=30), 30) == closing


def test_a_fraction_of_a_second_runs_on_into_the_next_opening() -> None:
    desk = calendar()
    late = local("2026-11-26T16:59:59.5")
    assert desk.add_open_seconds(late, 1) == local("2026-11-27T09:00:00.5")
    before_opening = local("2026-11-27T08:59:59.5")
    assert desk.add_open_seconds(before_opening, 1) == local("2026-11-27T09:00:01")


def test_nothing_added_is_the_start_itself_open_or_not() -> None:
    for at in (local("2026-11-26T10:00:00.25"), local("2026-11-28T03:00")):
        assert calendar().add_open_seconds(at, 0) == at
    with pytest.raises(ValueError):
        calendar().add_open_seconds(local("2026-11-26T10:00"), -1)


def test_an_interval_that_ends_before_it_begins_holds_nothing() -> None:
    later, earlier = local("2026-11-26T12:00"), local("2026-11-26T10:00")
    assert calendar().open_seconds(later, earlier) == 0
    assert calendar().spans(later, earlier) == []


def test_a_moment_that_does_not_know_its_zone_is_refused() -> None:
    later = local("2026-11-26T12:00")
    with pytest.raises(TypeError):
        calendar().open_seconds(later.replace(tzinfo=None), later)


def test_a_calendar_that_never_opens_says_so_at_once() -> None:
    shut = calendar(days=())
    with pytest.raises(NeverOpen):
        shut.add_open_seconds(local("2026-11-26T12:00"), 1)
    with pytest.raises(NeverOpen):
        shut.next_opening(local("2026-11-26T12:00"))
    once = calendar(
        days=(),
        holidays=[{"date": "2031-01-02", "name": "Open dag", "hours": OFFICE}],
    )
    assert once.next_opening(local("2026-11-26T12:00")) == local("2031-01-02T09:00")
    assert once.add_open_seconds(local("2026-11-26T12:00"), 8 * 3600) == local(
        "2031-01-02T17:00"
    )
    with pytest.raises(NeverOpen):
        once.add_open_seconds(local("2026-11-26T12:00"), 8 * 3600 + 1)
    with pytest.raises(NeverOpen):
        once.next_opening(local("2031-01-02T17:00"))


def test_calendar_time_counts_every_second() -> None:
    start = datetime(2026, 1, 1, 3, 4, 5, 678, tzinfo=UTC)
    assert ALWAYS.add_open_seconds(start, 10**8) == start + timedelta(seconds=10**8)
    assert ALWAYS.open_seconds(start, start + timedelta(days=400)) == 400 * 86_400
    [span] = ALWAYS.spans(start, start + timedelta(days=400))
    assert span == Span(start, start + timedelta(days=400), True, Why.HOURS)


def test_answers_are_in_utc_and_questions_in_any_zone() -> None:
    start = local("2026-11-26T10:00")
    for at in (start, start.astimezone(UTC), start.astimezone(ZoneInfo("Asia/Tokyo"))):
        due = calendar().add_open_seconds(at, 3600)
        assert due.tzinfo is UTC
        assert due == local("2026-11-26T11:00")


# --- what vendors work out in their manuals -----------------------------------------


def test_half_an_hour_from_friday_16_45_is_due_on_monday_at_9_15() -> None:
    desk = calendar()
    friday = local("2026-11-27T16:45")
    due = desk.add_open_seconds(friday, 30 * 60)
    assert due == local("2026-11-30T09:15")
    assert desk.open_seconds(friday, local("2026-11-30T09:15:59")) == 30 * 60 + 59
    assert desk.open_seconds(friday, local("2026-11-30T09:16")) == 31 * 60


def test_an_answer_in_closed_time_to_a_message_in_closed_time_took_nothing() -> None:
    assert (
        calendar().open_seconds(local("2026-11-27T20:00"), local("2026-11-29T23:00"))
        == 0
    )


def test_several_blocks_a_day_leave_the_break_out() -> None:
    blocks = [{"from": "09:00", "until": "12:30"}, {"from": "13:00", "until": "17:30"}]
    desk = calendar(blocks)
    assert desk.add_open_seconds(local("2026-11-26T12:00"), 3600) == local(
        "2026-11-26T13:30"
    )


def test_hours_split_at_midnight_are_hours_across_it() -> None:
    split = [{"from": "00:00", "until": "06:00"}, {"from": "20:00", "until": "24:00"}]
    across = [{"from": "20:00", "until": "06:00"}]
    begin, end = local("2026-03-01T00:00"), local("2026-11-01T00:00")
    one, other = calendar(split, WEEK), calendar(across, WEEK)
    assert one.open_seconds(begin, end) == other.open_seconds(begin, end)
    assert one.spans(begin, end) == other.spans(begin, end)


def test_without_closed_hours_a_desk_is_open_day_and_night() -> None:
    all_day = calendar([{"from": "00:00", "until": "24:00"}], WEEK)
    begin, end = local("2026-03-01T00:00"), local("2026-11-01T00:00")
    assert all_day.open_seconds(begin, end) == ALWAYS.open_seconds(begin, end)
    assert len(all_day.spans(begin, end)) == 1
