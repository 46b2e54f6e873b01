"""From the start of a turn to the first text that reached the author."""

import pytest

from webcare.models import Turn

pytestmark = pytest.mark.django_db


def test_who_hears_that_we_look_into_it_is_acknowledged_and_waits_on(
    asks, says, turns, at
):
    ticket = asks(at(16, 11, 0))
    says(ticket, at(16, 11, 1), holding=True)
    assert turns() == [("waiting", None, None)]

    says(ticket, at(16, 11, 10), holding=True)
    says(ticket, at(16, 11, 30))
    turn = Turn.objects.get()
    assert turn.acknowledged_at == at(16, 11, 1)
    assert turn.ended_at == at(16, 11, 30)


def test_without_one_the_answer_is_the_first_that_is_heard(asks, says, at):
    says(asks(at(16, 11, 0)), at(16, 11, 30))

    assert Turn.objects.get().acknowledged_at is None
