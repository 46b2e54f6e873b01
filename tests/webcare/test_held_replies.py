"""We answered in the platform's own app: what was about to go out waits."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from conversations.actions import delivery, settling
from conversations.models import Delivery, Message
from demo.faults import Fault, Faults
from demo.platform import Platform
from webcare.actions import elsewhere, engagement, replies
from webcare.domain.lifecycle import Status
from webcare.exceptions import StaleReply, TicketChanged
from webcare.models import Reply, Ticket
from webcare.queries.tickets import Seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(tmp_path, shop):
    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=False) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.save()
        yield far


@pytest.fixture
def reply(ticket, ada):
    return replies.send_reply(
        ticket=ticket, user=ada, text="Yes.", client_key="1", then=Status.RESOLVED
    )


@pytest.fixture
def answer_outside(shop, ticket, hear, item):
    def answer(**given):
        fields = {
            "outbound": True,
            "text": "Answered in the app.",
            "in_reply_to": Message.objects.filter(direction="in").last().external_id,
            "posted_at": timezone.now().isoformat(),
        }
        return hear(shop, item(**(fields | given)))

    return answer


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_what_waits_is_held_and_its_ticket_comes_back(
    platform, shop, ticket, reply, answer_outside
):
    answer_outside()
    delivery.send_due(shop.pk)

    ticket.refresh_from_db()
    assert Delivery.objects.get().state == "held"
    assert platform.posts() == []
    assert ticket.status == "open"
    assert "reply_held" in kinds(ticket)


def test_a_person_lets_it_go_after_all(
    platform, shop, ticket, ada, reply, answer_outside, pump
):
    answer_outside()
    held = Reply.objects.get()
    replies.let_go(reply=held, user=ada)
    with pytest.raises(TicketChanged):
        replies.let_go(reply=held, user=ada)
    delivery.send_due(shop.pk)
    pump()

    ticket.refresh_from_db()
    assert [post.text for post in platform.posts()] == ["Yes."]
    assert ticket.status == "resolved"
    assert {"reply_let_go", "reply_sent"} <= set(kinds(ticket))


def test_a_person_takes_it_back(platform, shop, ticket, ada, reply, answer_outside):
    answer_outside()
    replies.take_back_reply(reply=Reply.objects.get(), user=ada)
    delivery.send_due(shop.pk)

    assert Delivery.objects.get().state == "cancelled"
    assert platform.posts() == []


def test_what_is_held_stands_in_nobodys_way(
    platform, shop, ticket, ada, reply, answer_outside
):
    answer_outside()
    ticket.refresh_from_db()
    replies.send_reply(ticket=ticket, user=ada, text="And more.", client_key="2")
    delivery.send_due(shop.pk)

    assert [post.text for post in platform.posts()] == ["And more."]


def test_an_archive_holds_nothing(reply, answer_outside):
    answer_outside(history=True)

    assert Delivery.objects.get().state == "waiting"


def test_our_own_post_heard_back_holds_nothing(ticket, ada, reply, answer_outside):
    """A platform may tell us of a post before it has answered the call."""
    Delivery.objects.update(state="sending", claimed_at=timezone.now(), fence=1)
    ticket.refresh_from_db()
    Ticket.objects.update(status="open", resolved_at=None, resolution="")
    replies.send_reply(ticket=ticket, user=ada, text="More.", client_key="2")

    answer_outside(text="Yes.")

    states = Delivery.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["sending", "waiting"]


def test_one_that_is_under_way_is_held_when_the_platform_puts_it_off(
    ticket, reply, answer_outside, pump
):
    Delivery.objects.update(state="sending", claimed_at=timezone.now(), fence=1)
    answer_outside()
    assert Delivery.objects.get().state == "sending"

    settling.deferred(Delivery.objects.get(), reason="later", retry_after=None)
    pump()

    assert Delivery.objects.get().state == "held"
    assert "reply_held" in kinds(ticket)


def test_one_that_never_arrived_is_held_rather_than_sent_again(
    platform, shop, ticket, reply, answer_outside, pump
):
    platform.faults = Faults({Fault.RESET: 1.0}, 1)
    delivery.send_due(shop.pk)
    assert Delivery.objects.get().state == "uncertain"
    answer_outside()
    platform.faults = Faults()
    long_ago = timezone.now() - timedelta(minutes=5)
    Delivery.objects.update(claimed_at=long_ago, look_up_at=long_ago)
    delivery.look_up_uncertain()
    delivery.send_due(shop.pk)

    assert Delivery.objects.get().state in {"held", "sent"}
    assert len(platform.posts()) <= 1


def test_an_answer_outside_makes_a_draft_stale(ticket, ada, answer_outside):
    seen = Seen.of(ticket)
    answer_outside()

    with pytest.raises(StaleReply) as stale:
        replies.send_reply(
            ticket=ticket, user=ada, text="Yes.", client_key="1", seen=seen
        )
    assert stale.value.data["we_answered"]
    assert not stale.value.data["author_wrote"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_held_while_it_is_being_sent_it_is_sent_once_or_waits(
    platform, shop, ticket, reply, item, hear, attempt
):
    """Nothing is sent twice and nothing is lost, whoever is first."""
    [message] = hear(
        shop,
        item(
            outbound=True,
            text="Answered in the app.",
            thread="elsewhere",
            addressed=False,
            posted_at=timezone.now().isoformat(),
        ),
    )
    heard = engagement.heard([message.pk])
    parent = Message.objects.filter(direction="in").first()
    Message.objects.filter(pk=message.pk).update(in_reply_to=parent.external_id)
    start = threading.Barrier(2)

    def send():
        start.wait()
        delivery.send_due(shop.pk)
        connections.close_all()

    def note():
        start.wait()
        elsewhere.note_answers(heard)
        connections.close_all()

    threads = [threading.Thread(target=send), threading.Thread(target=note)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delivery.send_due(shop.pk)
    connection.close()

    posts = [post.text for post in platform.posts()]
    state = Delivery.objects.get().state
    assert (state, posts) in [("sent", ["Yes."]), ("held", [])]
