"""An answer that is under way on a ticket that was merged in is an answer here."""

import pytest

from conversations.actions.batches import drain
from webcare.actions import bulk
from webcare.actions.bulk import change_many
from webcare.actions.merges import merge_ticket
from webcare.actions.replies import send_reply
from webcare.actions.tickets import resolve_ticket
from webcare.domain.lifecycle import Status
from webcare.models import Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(make_ticket, ada, lena):
    """A ticket into which one was merged to which ada is just answering."""
    kim = {"external_id": "kim", "handle": "kim", "name": "Kim"}
    source, target = make_ticket(author=kim), make_ticket(author=kim)
    send_reply(
        ticket=source, user=ada, text="From ten.", client_key="k", then=Status.OPEN
    )
    return merge_ticket(source=source, target=target, user=lena)


def test_resolving_says_answered_and_leaves_no_turn(target, lena):
    resolve_ticket(ticket=target, user=lena)

    target.refresh_from_db()
    assert target.resolution == "answered"
    assert not Turn.objects.filter(outcome="left").exists()


def test_so_does_resolving_many_at_once(target, lena):
    names = [target.public_id]
    change_many(user=lena, action={"do": "resolve"}, tickets=names)
    while sum(drain(bulk.STAGE)):
        pass

    target.refresh_from_db()
    assert target.resolution == "answered"
    assert not Turn.objects.filter(outcome="left").exists()
