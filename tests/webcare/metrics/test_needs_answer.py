"""What opens a turn, and what does not."""

import pytest

from webcare.actions import tickets
from webcare.domain.lifecycle import Status

pytestmark = pytest.mark.django_db


def test_thanks_after_the_answer_open_nothing(asks, says, turns, at):
    ticket = asks(at(16, 10, 0))
    says(ticket, at(16, 10, 10), then=Status.RESOLVED)
    assert asks(at(16, 10, 20), text="Thank you!") == ticket

    assert turns() == [("answered", 10, 10)]
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_what_is_left_on_purpose_is_no_response_time(asks, turns, ada, at):
    tickets.resolve_ticket(ticket=asks(at(16, 10, 0)), user=ada)

    [(outcome, *_)] = turns()
    assert outcome == "left"
