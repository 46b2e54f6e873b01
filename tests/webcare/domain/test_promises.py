"""When a promise is due, late, held up and broken: vendors' examples, and ours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webcare.domain.calendars import ALWAYS, Calendar, read_definition
from webcare.domain.clocks import (
    Aim,
    Course,
    Hold,
    Light,
    is_late,
    late_from,
    light,
    spans,
    spent,
    stand,
)
from webcare.domain.policies import read_definition as read_policy
from webcare.exceptions import Invalid

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NINE_TO_FIVE = [{"from": "09:00", "until": "17:00"}]
OFFICE = Calendar(
    read_definition(
        {
            "time_zone": "Europe/Amsterdam",
            "week": dict.fromkeys(
                ("monday", "tuesday", "wednesday", "thursday", "friday"), NINE_TO_FIVE
            ),
            "holidays": [{"date": "2026-04-27", "name": "Koningsdag"}],
        }
    )
)


def at(day, hour, minute=0, second=0):
    """A moment in April 2026 on the clock in Amsterdam; the 10th is a Friday."""
    return datetime(2026, 4, day, hour, minute, second, tzinfo=AMSTERDAM)


def course(started_at, *aims, stopped_at=None, holds=(), hours=OFFICE):
    given = aims or (Aim(started_at, 3_600, (2_880,)),)
    return Course(started_at, stopped_at, given, holds, hours)


def test_service_level():
    """Hootsuite: 30 minutes from Friday 16:45, open from 9 to 17: late from 9:16."""
    friday = at(10, 16, 45)
    promise = stand(course(friday, Aim(friday, 1_800, ())))

    assert promise.due_at == at(13, 9, 15)
    assert late_from(promise.due_at) == at(13, 9, 16)
    assert promise.breached_at == at(13, 9, 16)


def test_late():
    due_at = at(13, 9, 15, 40)
    assert late_from(due_at) == at(13, 9, 16)
    assert not is_late(due_at, at(13, 9, 15, 59))
    assert is_late(due_at, at(13, 9, 16))


def test_due():
    """An hour that begins at the weekend is due an hour after Monday's opening."""
    saturday = at(11, 12)
    assert stand(course(saturday)).due_at == at(13, 10)
    assert stand(course(saturday, hours=ALWAYS)).due_at == at(11, 13)


def test_pause():
    """Zendesk: time in pending does not count towards a resolution."""
    began = at(13, 9)
    parked = Hold(at(13, 9, 30), at(13, 12), "pending")

    assert stand(course(began, holds=[parked])).due_at == at(13, 12, 30)
    counted = [
        (one.counted, one.why)
        for one in spans(course(began, holds=[parked]), at(13, 13))
    ]
    assert counted == [(True, "hours"), (False, "pending"), (True, "hours")]
    assert spent(course(began, holds=[parked]), at(13, 13)) == 5_400


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS])
def test_a_hold_takes_not_a_fraction_of_a_second_off(hours):
    began = at(13, 9) + timedelta(seconds=0.98)
    since, until = at(13, 9, 0, 1) + timedelta(seconds=0.07), at(13, 9, 30, 0)
    held = [Hold(since, until, "pending")]

    due_at = stand(course(began, holds=held, hours=hours)).due_at

    assert due_at == began + timedelta(hours=1) + (until - since)


def test_what_is_held_up_has_no_due_time_and_does_not_break():
    began = at(13, 9)
    parked = stand(course(began, holds=[Hold(at(13, 9, 30), None, "pending")]))

    assert (parked.due_at, parked.paused_at) == (None, at(13, 9, 30))
    assert (parked.warnings, parked.breached_at) == ((), None)


def test_what_is_parked_after_it_broke_stays_broken():
    began = at(13, 9)
    parked = stand(course(began, holds=[Hold(at(13, 11), None, "pending")]))

    assert (parked.due_at, parked.breached_at) == (at(13, 10), at(13, 10, 1))


def test_a_holiday_is_named_among_what_did_not_count():
    began = at(24, 16, 30)  # the Friday before Koningsdag

    found = spans(course(began), at(28, 10))

    assert [(one.counted, one.name) for one in found if not one.counted] == [
        (False, ""),
        (False, "Koningsdag"),
        (False, ""),
    ]
    assert stand(course(began)).due_at == at(28, 9, 30)


def test_another_priority_counts_from_the_original_start():
    """Zendesk: a changed priority measures against the new target from creation on."""
    began, changed = at(13, 9), at(13, 9, 40)
    aims = (Aim(began, 3_600, (2_880,)), Aim(changed, 1_800, (1_440,)))

    pressed = stand(course(began, *aims))

    assert pressed.due_at == at(13, 9, 30)
    assert pressed.breached_at == changed  # it was in time until then


def test_a_breach_stands_when_the_target_becomes_longer():
    began, changed = at(13, 9), at(13, 11)
    aims = (Aim(began, 3_600, ()), Aim(changed, 14_400, ()))

    assert stand(course(began, *aims)) == (14_400, at(13, 13), None, (), at(13, 10, 1))


def test_an_answer_within_the_minute_is_in_time_and_one_after_it_finds_it_broken():
    began = at(13, 9)
    kept = stand(course(began, stopped_at=at(13, 10, 0, 59)))
    broken = stand(course(began, stopped_at=at(13, 10, 1)))

    assert kept.breached_at is None
    assert broken.breached_at == at(13, 10, 1)
    assert kept.due_at == broken.due_at == at(13, 10)


def test_the_night_the_clock_changes_is_as_long_as_it_is():
    """Zoho's 24-hour promise over 29 March 2026: nine hours pass from 23 to 9."""
    night = datetime(2026, 3, 28, 23, tzinfo=AMSTERDAM)
    assert stand(course(night, Aim(night, 9 * 3_600, ()), hours=ALWAYS)).due_at == (
        datetime(2026, 3, 29, 9, tzinfo=AMSTERDAM)
    )


@pytest.mark.parametrize(
    ("minutes", "colour"),
    [(47, Light.GREEN), (48, Light.AMBER), (60, Light.AMBER), (61, Light.RED)],
)
def test_a_light_is_amber_once_it_warned_and_red_once_it_is_broken(minutes, colour):
    began = at(13, 9)
    promise = stand(course(began))
    moment = began + timedelta(minutes=minutes)

    assert light(promise.due_at, promise.warnings[0], moment) == colour


moments = st.integers(0, 30 * 86_400).map(
    lambda seconds: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(st.lists(moments, min_size=2, max_size=7, unique=True), st.integers(1, 90_000))
def test_counted_time_until_it_is_due_is_the_target(edges, seconds):
    started_at, *rest = sorted(edges)
    holds = [
        Hold(since, until, "pending")
        for since, until in zip(rest[::2], rest[1::2], strict=False)
    ]
    one = course(started_at, Aim(started_at, seconds, ()), holds=holds)
    promise = stand(one)

    assert spent(one, promise.due_at) == seconds
    assert spent(one, promise.due_at - timedelta(seconds=1)) == seconds - 1
    told = spans(one, promise.due_at)
    assert told[0].start == started_at
    assert told[-1].end == promise.due_at
    assert all(
        before.end == after.start for before, after in zip(told, told[1:], strict=False)
    )
    counted = sum((one.end - one.start for one in told if one.counted), timedelta())
    assert counted == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([], "definition"),
        ({"promises": {}}, "promises"),
        ({"promises": {"reply": {"seconds": 1}}}, "promises.reply"),
        ({"promises": {"resolution": {}}}, "promises.resolution.seconds"),
        (
            {"promises": {"resolution": {"seconds": 1, "time": "night"}}},
            "promises.resolution.time",
        ),
        (
            {"promises": {"resolution": {"seconds": 1, "warnings": [{"at": 1}]}}},
            "promises.resolution.warnings.0",
        ),
        (
            {"promises": {"resolution": {"seconds": 1, "pauses_while": ["open"]}}},
            "promises.resolution.pauses_while",
        ),
        (
            {"promises": {"resolution": None}, "conditions": {"weather": "bad"}},
            "conditions.weather",
        ),
    ],
)
def test_a_mistake_in_a_policy_is_told_under_its_path(given, path):
    with pytest.raises(Invalid) as mistake:
        read_policy(given)

    assert path in mistake.value.errors
