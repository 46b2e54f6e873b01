"""Stretches of time, and the ones before them, across clock changes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from webcare.domain.report_periods import Stretch, Window, before, window

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 3, 31, 15, 30, tzinfo=ZONE)  # two days after a clock change
DAYS = (date(2026, 3, 10), date(2026, 3, 12))


def local(*parts):
    return datetime(*parts, tzinfo=ZONE)


CASES = [
    ("today", local(2026, 3, 31), NOW, local(2026, 3, 30), local(2026, 3, 30, 15, 30)),
    (
        "yesterday",
        local(2026, 3, 30),
        local(2026, 3, 31),
        local(2026, 3, 29),
        local(2026, 3, 30),
    ),
    (
        "last_7_days",
        local(2026, 3, 24),
        local(2026, 3, 31),
        local(2026, 3, 17),
        local(2026, 3, 24),
    ),
    # February has no 31st: all of it is before.
    ("this_month", local(2026, 3, 1), NOW, local(2026, 2, 1), local(2026, 3, 1)),
    (
        "last_month",
        local(2026, 2, 1),
        local(2026, 3, 1),
        local(2026, 1, 1),
        local(2026, 2, 1),
    ),
    (
        "chosen",
        local(2026, 3, 10),
        local(2026, 3, 13),
        local(2026, 3, 7),
        local(2026, 3, 10),
    ),
]


@pytest.mark.parametrize(("stretch", "start", "end", "from_", "to"), CASES)
def test_a_stretch_and_the_one_before_it(stretch, start, end, from_, to):
    shown = window(Stretch(stretch), NOW, ZONE, DAYS)

    assert shown == Window(start, end)
    assert before(Stretch(stretch), shown, ZONE) == Window(from_, to)


@pytest.mark.parametrize("stretch", Stretch)
def test_what_is_before_ends_before(stretch):
    shown = window(stretch, NOW, ZONE, DAYS)
    earlier = before(stretch, shown, ZONE)

    assert earlier.start < earlier.end <= shown.end
    assert earlier.start < shown.start


def test_days_are_chosen_in_either_order():
    assert window(Stretch.CHOSEN, NOW, ZONE, DAYS) == window(
        Stretch.CHOSEN, NOW, ZONE, DAYS[::-1]
    )
