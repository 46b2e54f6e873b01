"""How long thousands have waited, against each of them by itself."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webcare.domain.office import calendar
from webcare.domain.histograms import middle
from webcare.domain.waits import (
    Hours,
    by_key,
    hours_of,
    open_so_far,
    so_far,
    together,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
OFFICE = calendar()
# With half an hour more or less in summer, in steps of a quarter, and southern.
ZONES = (
    "Europe/Amsterdam",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
)
MOMENTS = st.lists(st.integers(0, 63_000_000_000_000), max_size=20).map(
    lambda many: [START + timedelta(microseconds=one) for one in many]
)
NIGHTS = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]


def packed(moments):
    microsecond = timedelta(microseconds=1)
    return np.array([(at - EPOCH) // microsecond for at in moments], dtype=np.int64)


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(ZONES))
def test_each_is_in_the_hour_that_a_clock_on_the_wall_shows(moments, name):
    quarters = [
        night + timedelta(minutes=15 * n) for night in NIGHTS for n in range(96)
    ]
    zone, every = ZoneInfo(name), [*moments, *quarters]

    found = hours_of(packed(every), zone)

    assert found.tolist() == [at.astimezone(zone).hour for at in every]


@settings(deadline=None)
@given(MOMENTS)
def test_each_has_waited_whole_seconds_and_never_less_than_none(moments):
    now = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)

    found = so_far(packed(moments), now)

    second = timedelta(seconds=1)
    assert found.tolist() == [max(0, (now - at) // second) for at in moments]


def hours():
    spans = [one for one in OFFICE.spans(START, END) if one.is_open]
    lengths = [int((one.end - one.start).total_seconds()) for one in spans]
    befores = [sum(lengths[:n]) for n in range(len(lengths))]
    begins = [int(one.start.timestamp()) for one in spans]
    return Hours(begins, lengths, befores, sum(lengths))


HOURS = hours()


@settings(deadline=None)
@given(MOMENTS)
def test_open_seconds_are_those_of_the_calendar(moments):
    found = open_so_far(packed(moments), HOURS)

    whole = [at.replace(microsecond=0) for at in moments]
    assert found.tolist() == [OFFICE.open_seconds(at, END) for at in whole]


def test_where_it_was_never_open_nobody_has_waited():
    assert open_so_far(packed(NIGHTS), Hours((), (), (), 0)).tolist() == [0, 0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 10**7)), max_size=30))
def test_under_each_key_are_those_that_have_outlasted_a_length(cases):
    keys, seconds = np.array(cases, dtype=np.int64).reshape(-1, 2).T

    found = by_key(keys, seconds)

    assert found.keys() == {key for key, _ in cases}
    for key, waits in found.items():
        own = [length for other, length in cases if other == key]
        counted = dict(zip(waits.lengths.tolist(), waits.cases.tolist(), strict=True))
        assert counted == Counter(map(outlasted, own))
        assert (waits.total, waits.longest) == (len(own), max(own))


def outlasted(seconds):
    """The last bucket whose middle has passed, one after the other."""
    number = 0
    while middle(number + 1) <= seconds:
        number += 1
    return number


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=40), st.integers(0, 40))
def test_lengths_in_any_order_are_put_together(lengths, split):
    """As of two lists, each of which ascends."""
    ordered = [*sorted(set(lengths[:split])), *sorted(lengths[split:])]

    found = together(np.array(ordered, dtype=int), np.ones(len(ordered), dtype=int))

    assert found.lengths == sorted(set(ordered))
    assert found.cases == [ordered.count(length) for length in found.lengths]
