"""A part of a ticket made a ticket of its own, and put back."""

from uuid import uuid4

import pytest

from conversations.models import Message
from tests.webcare.merging.kim import figures, fresh, said_in, shown
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.splits import split_ticket
from webcare.actions.tickets import resolve_ticket
from webcare.exceptions import Invalid, TicketChanged
from webcare.models import (
    Clock,
    TicketEvent,
    TicketMessage,
    Topic,
    TopicRule,
    Turn,
)

pytestmark = pytest.mark.django_db


def test_what_is_split_off_is_a_ticket_of_its_own(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket, text="And where is my bill?")

    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    old = fresh(ticket)
    assert (new.origin, new.split_from, new.queue) == ("split", old, old.queue)
    assert said_in(new) == {message.pk}
    assert new.excerpt == "And where is my bill?"
    assert old.last_inbound_id in said_in(old)
    assert new.waiting_since == new.opened_at == message.posted_at
    assert old.waiting_since == ticket.waiting_since
    kinds = TicketEvent.objects.filter(ticket=new).values_list("kind", flat=True)
    assert list(kinds) == ["opened"]


def test_a_split_ticket_is_triaged_and_has_its_own_promise(ask, ada, write_again, pump):
    ticket = ask()
    message = write_again(ticket, text="parcel")
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    pump()

    new = fresh(new)
    turn_clock = Clock.objects.get(turn__ticket=ticket)
    assert new.topic == ticket.topic
    assert new.due_at == turn_clock.due_at
    own = Clock.objects.filter(ticket=new).values_list("promise", flat=True)
    assert list(own) == ["resolution"]
    assert Turn.objects.count() == 1


def test_from_a_message_on_everything_goes(ask, ada, write_again):
    ticket = ask()
    second, third = write_again(ticket), write_again(ticket)

    new = split_ticket(ticket=ticket, user=ada, beginning=str(second.public_id))

    assert said_in(new) == {second.pk, third.pk}


@pytest.mark.parametrize("which", ["all", "none", "unknown", "ours"])
def test_a_split_that_makes_no_sense_is_refused(ask, ada, write_again, reply, which):
    ticket = ask()
    write_again(ticket)
    reply(ticket, ada)
    names = {
        "all": Message.objects.filter(direction="in"),
        "none": Message.objects.none(),
        "ours": Message.objects.filter(direction="out"),
        "unknown": [Message(public_id=uuid4())],
    }[which]

    with pytest.raises(Invalid):
        split_ticket(
            ticket=fresh(ticket), user=ada, messages=[str(m.public_id) for m in names]
        )


def test_a_ticket_that_is_over_is_not_split(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    resolve_ticket(ticket=fresh(ticket), user=ada)

    with pytest.raises(TicketChanged):
        split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])


def test_new_messages_join_the_newest_of_the_two(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    again = write_again(ticket)

    stands = TicketMessage.objects.get(message=again)
    assert (stands.ticket, stands.split_ticket) == (new, new)
    assert stands.origin_ticket == ticket
    assert Turn.objects.count() == 1


def test_split_and_merged_back_nothing_has_changed(ask, ada, write_again, pump):
    ticket = ask()
    message = write_again(ticket)
    before = shown(ticket), said_in(ticket), figures()

    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    pump()
    merge_ticket(source=fresh(new), target=fresh(ticket), user=ada)

    assert (shown(ticket), said_in(ticket), figures()) == before


def test_a_split_that_was_merged_back_can_be_had_again(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    merge_ticket(source=fresh(new), target=fresh(ticket), user=ada)

    unmerge_ticket(source=fresh(new), user=ada)

    assert said_in(new) == {message.pk}
    assert fresh(new).origin == "split"


def test_what_is_split_off_a_merged_ticket_stays_when_it_is_undone(
    ask, ada, write_again
):
    old, new = ask(), ask()
    message = write_again(new)
    merge_ticket(source=fresh(new), target=old, user=ada)
    off = split_ticket(ticket=fresh(old), user=ada, messages=[str(message.public_id)])

    unmerge_ticket(source=fresh(new), user=ada)

    assert said_in(off) == {message.pk}
    assert len(said_in(new)) == len(said_in(old)) == 1


def test_danger_goes_with_the_message_that_speaks_of_it(
    ask, ada, write_again, delivery_topic
):
    ticket = ask()
    gas = Topic.objects.create(slug="gas", name="Gas", is_danger=True)
    TopicRule.objects.create(topic=gas, kind="word", pattern="gas")
    message = write_again(ticket, text="I smell gas")
    assert fresh(ticket).is_danger
    other = write_again(ticket, text="And a bill")

    calm = split_ticket(ticket=fresh(ticket), user=ada, messages=[str(other.public_id)])
    grave = split_ticket(
        ticket=fresh(ticket), user=ada, messages=[str(message.public_id)]
    )

    assert (calm.is_danger, calm.priority) == (False, "normal")
    assert (grave.is_danger, grave.priority) == (True, "urgent")


def test_the_turn_of_a_split_ticket_goes_on_while_the_other_is_resolved(
    ask, ada, write_again
):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    resolve_ticket(ticket=fresh(ticket), user=ada)
    assert Turn.objects.get().outcome == "waiting"
    resolve_ticket(ticket=fresh(new), user=ada)
    assert Turn.objects.get().outcome == "left"
