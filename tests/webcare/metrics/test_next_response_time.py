"""The same, for every turn after the first."""

import pytest

pytestmark = pytest.mark.django_db


def test_each_run_of_messages_is_one_turn(asks, says, turns, at):
    ticket = asks(at(16, 10, 0))
    says(ticket, at(16, 10, 10))
    asks(at(16, 11, 0))
    asks(at(16, 11, 5))
    says(ticket, at(16, 11, 20))

    assert turns() == [("answered", 10, 10), ("answered", 20, 20)]


def test_sprinklr_counts_no_second_answer_in_a_row(asks, says, turns, at):
    ticket = asks(at(16, 10, 0))
    says(ticket, at(16, 10, 10))
    says(ticket, at(16, 10, 40))

    assert turns() == [("answered", 10, 10)]
