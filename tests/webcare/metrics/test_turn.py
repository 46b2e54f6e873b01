"""A run of messages of one author until our answer."""

import pytest

from webcare.actions.merges import merge_ticket
from webcare.actions.splits import split_ticket
from webcare.actions.tickets import resolve_ticket
from webcare.models import TicketMessage, Turn

pytestmark = pytest.mark.django_db


def test_turn(asks, says, turns, at, ada):
    """It runs from the earliest unanswered message to the platform's acceptance."""
    ticket = asks(at(16, 10, 20))
    asks(at(16, 10, 0))  # late, and older
    says(ticket, at(16, 10, 30))
    asks(at(16, 11, 0))
    ticket.refresh_from_db()
    resolve_ticket(ticket=ticket, user=ada)

    assert [outcome for outcome, *_ in turns()] == ["answered", "left"]
    first = Turn.objects.earliest("number")
    assert (first.started_at, first.ended_at) == (at(16, 10, 0), at(16, 10, 30))


def test_merging_and_splitting_change_no_turn(asks, turns, at, ada):
    ticket, other = asks(at(16, 10, 0)), asks(at(16, 10, 5), thread="other")
    before = list(Turn.objects.order_by("id").values())

    merge_ticket(source=other, target=ticket, user=ada)
    said = TicketMessage.objects.get(origin_ticket=other).message
    split_ticket(ticket=ticket, user=ada, messages=[str(said.public_id)])

    assert list(Turn.objects.order_by("id").values()) == before
