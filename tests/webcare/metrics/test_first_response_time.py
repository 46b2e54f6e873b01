"""From the earliest unanswered message to the first answer of a person."""

import pytest

from webcare.models import Turn

pytestmark = pytest.mark.django_db


def test_zoho_counts_from_the_earliest_unanswered_message(asks, says, turns, at):
    ticket = asks(at(16, 10, 0))
    asks(at(16, 10, 20))
    says(ticket, at(16, 10, 30))

    assert turns() == [("answered", 30, 30)]


def test_what_comes_late_and_is_older_moves_the_start(asks, says, turns, at):
    ticket = asks(at(16, 10, 20))
    asks(at(16, 10, 0))
    says(ticket, at(16, 10, 30))

    assert turns() == [("answered", 30, 30)]
    assert Turn.objects.get().versions.get().started_at == at(16, 10, 20)


def test_sparkcentral_28_minutes_are_30_here(asks, says, turns, at):
    """11:00 in, bot 11:01, handed over 11:02, a person 11:30: they wait 30 minutes."""
    ticket = asks(at(16, 11, 0))
    says(ticket, at(16, 11, 1), holding=True)
    says(ticket, at(16, 11, 30))

    assert turns() == [("answered", 30, 30)]


def test_who_still_waits_has_no_length(asks, turns, at):
    asks(at(16, 10, 0))

    assert turns() == [("waiting", None, None)]
