"""Answers given while the queue is closed: no time at all, and counted apart."""

import pytest

from webcare.models import Turn

pytestmark = pytest.mark.django_db


def test_keeping_closed_to_closed_takes_no_time(office, asks, says, turns, at):
    says(asks(at(16, 20, 0)), at(16, 21, 0))

    assert turns() == [("answered", 60, 0)]
    assert Turn.objects.get().in_hours is False


def test_asked_in_open_time_and_answered_in_closed(office, asks, says, turns, at):
    says(asks(at(16, 16, 50)), at(16, 18, 0))

    assert turns() == [("answered", 70, 10)]
    assert Turn.objects.get().in_hours is False
