"""Open time, held against an oracle that looks at the wall every minute."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webcare.domain.office import calendar, local
from webcare.domain.calendars import (
    Calendar,
    Definition,
    Exceptional,
    Holiday,
    Hours,
    Why,
    read_definition,
)
from webcare.exceptions import NeverOpen

MINUTE = timedelta(minutes=1)
# Two nights on which clocks change, a leap day, New Year, and a King's Day.
AROUND = [
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2028, 2, 28, tzinfo=UTC),
    datetime(2026, 12, 30, tzinfo=UTC),
    datetime(2026, 4, 26, tzinfo=UTC),
]


# --- the oracle: slow, and written from the words of the definition ---------------


def looked_up(definition: Definition, start: datetime, minutes: int) -> list[Any]:
    """Say of each minute what it is, by looking how far the wall clock has come."""
    zone = ZoneInfo(definition.time_zone)
    at, found = start - timedelta(hours=4), []
    furthest = at.replace(tzinfo=None) - timedelta(days=2)
    while len(found) < minutes:
        furthest = max(furthest, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            found.append(_what(definition, furthest))
        at += MINUTE
    return found


def _what(definition: Definition, wall: datetime) -> tuple[bool, Why, str]:
    for extra in reversed(definition.extras):
        if extra.begin <= wall < extra.until:
            why = Why.OPENING if extra.is_open else Why.CLOSURE
            return extra.is_open, why, extra.reason
    named = {one.day: one for one in definition.holidays}
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        minute = (wall - datetime.combine(day, time())) // MINUTE
        hours = named[day].hours if day in named else definition.week[day.weekday()]
        if any(one.begin <= minute < one.until for one in hours):
            if day in named:
                return True, Why.HOLIDAY, named[day].name
            return True, Why.HOURS, ""
    if wall.date() in named:
        return False, Why.HOLIDAY, named[wall.date()].name
    return False, Why.HOURS, ""


def counted(minutes: list[Any], begin: datetime, start: datetime, end: datetime) -> int:
    """Open seconds between two instants, minute by minute."""
    total = timedelta()
    for number, (is_open, *_) in enumerate(minutes):
        first, last = begin + number * MINUTE, begin + (number + 1) * MINUTE
        if is_open and start < last and end > first:
            total += min(end, last) - max(start, first)
    return total // timedelta(seconds=1)


# --- any calendar ------------------------------------------------------------------

zones = st.sampled_from(
    [
        "Europe/Amsterdam",
        "UTC",
        "America/New_York",
        "Australia/Lord_Howe",  # half an hour of summer
        "Asia/Kathmandu",
        "America/Santiago",  # changes at midnight
        "Pacific/Apia",
    ]
)


@st.composite
def hours(draw: Any, past_midnight: bool = True) -> tuple[Hours, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    found = [Hours(*two) for two in zip(edges[::2], edges[1::2], strict=False)]
    if past_midnight and len(edges) % 2:
        found.append(Hours(edges[-1], 1440 + draw(st.integers(0, edges[0]))))
    return tuple(one for one in found if one.until - one.begin < 1440)


@st.composite
def weeks(draw: Any) -> tuple[tuple[Hours, ...], ...]:
    """Days of hours, of which the last may go on until the first of the next day."""
    days = [draw(hours(past_midnight=False)) for _ in range(7)]
    for number, day in enumerate(days):
        following = days[(number + 1) % 7]
        if day and draw(st.booleans()):
            begin = day[-1].begin
            most = max(0, min(following[0].begin if following else 1439, begin - 1))
            days[number] = (*day[:-1], Hours(begin, 1440 + draw(st.integers(0, most))))
    return tuple(days)


@st.composite
def definitions(draw: Any) -> tuple[Definition, datetime]:
    """A calendar, and the days around something that happens in it."""
    around = draw(st.sampled_from(AROUND))
    near = st.integers(-24 * 60, 4 * 24 * 60).map(lambda m: around + m * MINUTE)
    walls = near.map(lambda at: at.replace(tzinfo=None))
    days = draw(st.sets(walls.map(datetime.date), max_size=2))
    extras = st.builds(
        lambda is_open, begin, length, reason: Exceptional(
            is_open, begin, begin + length * MINUTE, reason
        ),
        st.booleans(),
        walls,
        st.integers(1, 2_000),
        st.sampled_from(["outage", "move"]),
    )
    whole = Definition(
        draw(zones),
        draw(weeks()),
        tuple(Holiday(day, f"on {day}", draw(hours())) for day in sorted(days)),
        tuple(draw(st.lists(extras, max_size=3))),
    )
    return whole, around


seconds = st.integers(0, 4 * 86_400 - 1)


@settings(max_examples=60, deadline=None)
@given(definitions(), seconds, seconds)
def test_open_seconds_are_those_that_looking_at_the_wall_counts(
    known: tuple[Definition, datetime], one: int, other: int
) -> None:
    definition, begin = known
    start, end = (begin + timedelta(seconds=s) for s in sorted((one, other)))
    minutes = looked_up(definition, begin, 4 * 24 * 60)
    assert Calendar(definition).open_seconds(start, end) == counted(
        minutes, begin, start, end
    )


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_every_minute_says_whether_it_is_open_and_why(
    known: tuple[Definition, datetime],
) -> None:
    definition, begin = known
    length = 4 * 24 * 60
    spans = Calendar(definition).spans(begin, begin + length * MINUTE)
    assert spans[0].start == begin
    assert spans[-1].end == begin + length * MINUTE
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert all(one[2:] != other[2:] for one, other in pairwise(spans))
    told = [
        one[2:] for one in spans for _ in range(int((one.end - one.start) / MINUTE))
    ]
    assert told == looked_up(definition, begin, length)


moments = st.builds(
    lambda s, us: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(seconds=s) + us,
    st.integers(0, 900 * 86_400),
    st.integers(0, 999_999).map(lambda n: timedelta(microseconds=n)),
)


@settings(max_examples=100, deadline=None)
@given(definitions(), moments, moments, moments)
def test_intervals_that_adjoin_add_up(
    known: tuple[Definition, datetime], a: datetime, b: datetime, c: datetime
) -> None:
    desk = Calendar(known[0])
    a, b, c = sorted((a, b, c))
    assert desk.open_seconds(a, c) == desk.open_seconds(a, b) + desk.open_seconds(b, c)


@settings(max_examples=100, deadline=None)
@given(definitions(), moments, st.integers(0, 500_000))
def test_what_is_added_is_what_then_lies_between(
    known: tuple[Definition, datetime], start: datetime, number: int
) -> None:
    desk = Calendar(known[0])
    try:
        due = desk.add_open_seconds(start, number)
    except NeverOpen:
        assert not any(known[0].week)
        return
    assert desk.open_seconds(start, due) == number
    # It is the first such instant: a moment earlier, less has passed.
    if number:
        spans = desk.spans(start, due - timedelta(microseconds=1))
        passed = sum((s.end - s.start for s in spans if s.is_open), timedelta())
        assert passed < timedelta(seconds=number)


@settings(max_examples=60, deadline=None)
@given(definitions(), moments)
def test_it_next_opens_at_the_first_instant_that_is_open(
    known: tuple[Definition, datetime], at: datetime
) -> None:
    desk = Calendar(known[0])
    try:
        opening = desk.next_opening(at)
    except NeverOpen:
        assert not any(known[0].week)
        return
    assert desk.is_open(opening)
    assert desk.open_seconds(at, opening) == 0 or opening == at
    assert not any(one.is_open for one in desk.spans(at, opening))


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_a_definition_is_read_back_as_it_was_written(
    known: tuple[Definition, datetime],
) -> None:
    definition = known[0]
    assert read_definition(definition.as_data()) == definition


years = st.lists(st.integers(2018, 2035), min_size=2, max_size=6)


@settings(max_examples=30, deadline=None)
@given(years)
def test_years_asked_for_in_any_order_give_the_same_answers(order: list[int]) -> None:
    one_by_one = calendar(days=["monday"])
    for year in (*order, 2021, 2033, 2032):
        fresh, at = calendar(days=["monday"]), local(f"{year}-05-06T10:00")
        year_on = at + timedelta(days=400)
        assert one_by_one.open_seconds(at, year_on) == fresh.open_seconds(at, year_on)
        assert one_by_one.spans(at, year_on) == fresh.spans(at, year_on)
