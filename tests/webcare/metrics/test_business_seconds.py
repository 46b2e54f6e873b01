"""The part of a length that lies in the open hours of the queue."""

import pytest

from webcare.actions.calendars import change_calendar
from webcare.models import Calendar, Turn

pytestmark = pytest.mark.django_db


def test_hootsuite_friday_a_quarter_to_five_until_monday(office, asks, says, turns, at):
    """Fifteen minutes on Friday and fifteen on Monday: just in time for thirty."""
    says(asks(at(13, 16, 45)), at(16, 9, 15))

    assert turns() == [("answered", 64.5 * 60, 30)]
    assert Turn.objects.get().in_hours


def test_a_night_counts_for_nothing(office, asks, says, turns, at):
    says(asks(at(16, 16, 0)), at(17, 10, 0))

    assert turns() == [("answered", 18 * 60, 2 * 60)]


def test_a_queue_without_a_calendar_is_always_open(asks, says, turns, at):
    says(asks(at(13, 16, 45)), at(16, 9, 15))

    assert turns() == [("answered", 64.5 * 60, 64.5 * 60)]


def test_new_opening_hours_change_nothing_that_was_counted(
    office, asks, says, turns, root, at
):
    says(asks(at(16, 16, 0)), at(17, 10, 0))
    counted, version = turns(), Turn.objects.get().calendar_version
    change_calendar(
        user=root,
        calendar=Calendar.objects.get(),
        definition={"holidays": [{"date": "2026-11-17", "name": "Moved"}]},
    )

    assert turns() == counted
    assert version.number == 1
