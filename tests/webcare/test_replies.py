"""An answer: written once, against what is newest, counted when the platform has it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.actions import delivery
from conversations.models import Delivery, Message, Mode
from demo.faults import Fault, Faults
from demo.platform import Platform
from webcare.actions import replies, tickets
from webcare.actions.fields import answer_fields, make_field
from webcare.actions.notes import add_note
from webcare.domain.fields import FieldKind
from webcare.domain.lifecycle import Status
from webcare.exceptions import (
    Invalid,
    KeyReused,
    NotAllowed,
    ReplyTooLong,
    SendingRefused,
    StaleReply,
    TicketChanged,
)
from webcare.models import Approval, Clock, Queue, Reply, Ticket, Turn
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
def answer(ticket, ada):
    def write(**given):
        fields = {"user": ada, "text": "From ten, yes.", "client_key": "key-1"} | given
        return replies.send_reply(ticket=ticket, **fields)

    return write


@pytest.fixture
def send(shop, pump):
    def run():
        delivery.send_due(shop.pk)
        pump()

    return run


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_an_answer_is_posted_and_its_time_is_known(platform, ticket, ada, answer, send):
    answer()
    send()

    ticket.refresh_from_db()
    turn = Turn.objects.get()
    [post] = platform.posts()
    assert post.text == "From ten, yes."
    assert post.in_reply_to == Message.objects.get(direction="in").external_id
    assert (turn.outcome, turn.answered_by) == ("answered", ada)
    sent_at = Delivery.objects.get().settled_at
    assert turn.calendar_seconds == (sent_at - turn.started_at) // timedelta(seconds=1)
    assert ticket.first_response_seconds == turn.calendar_seconds
    assert (ticket.status, ticket.agent, ticket.waiting_since) == ("pending", ada, None)
    assert Clock.objects.get(promise="first_response").stopped_at == sent_at
    assert "reply_sent" in kinds(ticket)


def test_the_same_key_is_the_same_answer(platform, answer, send):
    assert answer() == answer()
    send()

    assert Reply.objects.count() == 1
    assert len(platform.posts()) == 1


def test_another_answer_under_the_same_key_is_refused_and_not_swallowed(bo, answer):
    answer()

    for other in ({"text": "From noon."}, {"user": bo}):
        with pytest.raises(KeyReused):
            answer(**other)


def test_nor_is_one_that_would_wait_for_a_colleague(ada, bo, answer):
    ada.needs_approval = bo.needs_approval = True
    waits = answer()

    with pytest.raises(KeyReused):
        answer(user=bo)
    assert answer() == waits


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_are_one_answer(platform, ticket, answer, shop):
    def press():
        answer()
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delivery.send_due(shop.pk)

    assert Reply.objects.count() == 1
    assert len(platform.posts()) == 1


def test_an_answer_can_end_the_ticket(platform, ticket, answer, send):
    answer(then=Status.RESOLVED)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution) == ("resolved", "answered")
    assert Turn.objects.get().outcome == "waiting"

    send()

    assert Turn.objects.get().outcome == "answered"


def test_an_answer_ends_no_ticket_that_lacks_a_field(ticket, answer, ada, root):
    make_field(
        user=root,
        key="account",
        kind=FieldKind.TEXT,
        name="Account",
        required_to_resolve=True,
    )
    with pytest.raises(Invalid) as refused:
        answer(then=Status.RESOLVED)
    assert refused.value.errors.keys() == {"account"}
    assert not Reply.objects.exists()

    answer(then=Status.OPEN)
    answer_fields(ticket=ticket, user=ada, given={"account": "A-1"})
    answer(then=Status.RESOLVED, client_key="key-2")

    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_nothing_is_put_before_a_colleague_that_could_not_end_it(answer, root):
    Queue.objects.update(needs_approval=True)
    make_field(
        user=root,
        key="account",
        kind=FieldKind.TEXT,
        name="Account",
        required_to_resolve=True,
    )

    with pytest.raises(Invalid):
        answer(then=Status.RESOLVED)

    assert not Approval.objects.exists()


def test_an_answer_says_what_became_of_it_where_a_queue_asks(ticket, answer):
    Queue.objects.update(outcome_required=True)

    answer(then=Status.RESOLVED)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution) == ("resolved", "answered")


def test_resolving_while_an_answer_is_on_its_way_does_not_leave_the_turn(
    platform, ticket, ada, answer, send
):
    answer(then=Status.OPEN)
    ticket.refresh_from_db()
    tickets.resolve_ticket(ticket=ticket, user=ada)
    send()

    assert Turn.objects.get().outcome == "answered"


def test_an_answer_goes_nowhere_else(answer):
    with pytest.raises(Invalid):
        answer(then=Status.CLOSED)


def test_who_may_not_work_in_the_queue_does_not_answer(ticket, cas):
    with pytest.raises(NotAllowed):
        replies.send_reply(ticket=ticket, user=cas, text="Hi", client_key="1")


def test_a_resolved_ticket_is_reopened_before_it_is_answered(ticket, ada, answer):
    tickets.resolve_ticket(ticket=ticket, user=ada)

    with pytest.raises(TicketChanged):
        answer()


def test_news_from_the_author_makes_an_answer_stale(shop, ticket, answer, hear, item):
    seen = Seen.of(ticket)
    hear(
        shop,
        item(
            author={"external_id": ticket.author.external_id},
            in_reply_to=Message.objects.get().external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )

    with pytest.raises(StaleReply) as stale:
        answer(seen=seen)
    assert stale.value.data["author_wrote"]

    assert answer(seen=None)


def test_an_older_message_that_comes_in_late_is_news_as_well(
    shop, ticket, answer, hear, item
):
    seen = Seen.of(ticket)
    first = ticket.last_inbound
    hear(
        shop,
        item(
            author={"external_id": first.author.external_id},
            in_reply_to=first.external_id,
            posted_at=(first.posted_at - timedelta(minutes=5)).isoformat(),
            text="It was number 12.",
        ),
    )

    with pytest.raises(StaleReply) as stale:
        answer(seen=seen)

    assert stale.value.data["author_wrote"]
    ticket.refresh_from_db()
    assert ticket.last_inbound == first
    assert answer(seen=Seen.of(ticket)).written_against == first


def test_a_colleagues_answer_makes_an_answer_stale(ticket, bo, answer):
    seen = Seen.of(ticket)
    replies.send_reply(ticket=ticket, user=bo, text="Tomorrow.", client_key="bo")

    with pytest.raises(StaleReply) as stale:
        answer(seen=seen)
    assert stale.value.data["we_answered"]


def test_a_colleagues_note_or_topic_never_gets_in_the_way(
    ticket, bo, answer, delivery_topic
):
    seen = Seen.of(ticket)
    add_note(ticket=ticket, user=bo, text="Regular customer.")
    tickets.classify_ticket(ticket=ticket, user=bo, topic=delivery_topic)

    assert answer(seen=seen)


def test_a_tag_says_exactly_what_was_seen(ticket):
    seen = Seen.of(ticket)

    assert Seen.parse(str(seen)) == seen
    assert Seen.parse("W/nonsense") is None


@pytest.mark.parametrize("mode", [Mode.LISTENING, Mode.PAUSED])
def test_the_gate_refuses_before_anything_is_queued(shop, answer, mode):
    shop.mode = mode
    shop.save()

    with pytest.raises(SendingRefused):
        answer()
    assert not Delivery.objects.exists()


def test_the_platforms_length_counts(shop, answer):
    shop.text_limit = 5
    shop.save()

    with pytest.raises(ReplyTooLong):
        answer()


def test_what_its_author_deleted_is_not_answered(ticket, answer):
    Message.objects.update(text="", deleted_at=timezone.now())

    with pytest.raises(SendingRefused):
        answer()


def test_an_answer_taken_back_puts_the_ticket_back(ticket, ada, answer, send):
    reply = answer(then=Status.RESOLVED)
    replies.take_back_reply(reply=reply, user=ada)
    send()

    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.waiting_since
    assert ticket.resolved_at is None
    assert Clock.objects.get(promise="resolution").stopped_at is None
    assert Delivery.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Fault.REFUSE, "reply_refused"), (Fault.ACCEPT_THEN_500, "reply_uncertain")],
)
def test_what_did_not_arrive_brings_the_ticket_back(
    platform, ticket, answer, send, fault, kind
):
    platform.faults = Faults({fault: 1.0}, 1)
    answer(then=Status.RESOLVED)
    send()

    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert kind in kinds(ticket)
    assert Turn.objects.get().outcome == "waiting"


def test_doubt_that_ends_well_closes_the_turn(
    platform, ticket, ada, answer, send, pump
):
    platform.faults = Faults({Fault.ACCEPT_THEN_500: 1.0}, 1)
    answer()
    send()
    platform.faults = Faults()
    long_ago = timezone.now() - timedelta(minutes=5)
    Delivery.objects.update(claimed_at=long_ago, look_up_at=long_ago)
    delivery.look_up_uncertain()
    pump()

    turn = Turn.objects.get()
    assert (turn.outcome, turn.answered_by) == ("answered", ada)
    assert len(platform.posts()) == 1


def test_our_own_post_heard_first_is_signed_by_its_writer(
    platform, shop, ticket, ada, answer, hear, item
):
    answer()
    delivery.send_due(shop.pk)
    sent = Delivery.objects.get().message
    Delivery.objects.update(message=None, state="uncertain")
    sent.delete()
    hear(
        shop,
        item(
            external_id=sent.external_id,
            outbound=True,
            in_reply_to=Message.objects.get().external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )
    assert Turn.objects.get().answered_by is None
    long_ago = timezone.now() - timedelta(minutes=5)
    Delivery.objects.update(claimed_at=long_ago, look_up_at=long_ago)
    delivery.look_up_uncertain()
    hear(shop, item(addressed=False))

    assert Turn.objects.get().answered_by == ada
    assert Ticket.objects.get().ticket_messages.count() == 2


def test_who_is_told_that_we_look_into_it_waits_on(platform, ticket, answer, send):
    wrote = answer(text="We look into it.", then=Status.OPEN, holding=True)
    send()

    turn = Turn.objects.get()
    at = Delivery.objects.get(pk=wrote.delivery_id).settled_at
    assert (turn.outcome, turn.acknowledged_at) == ("waiting", at)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == ("open", turn.started_at)
    assert ticket.first_response_seconds is None
    assert not Clock.objects.exclude(stopped_at=None).exists()

    answer(client_key="key-2")
    send()
    turn.refresh_from_db()
    assert (turn.outcome, turn.acknowledged_at) == ("answered", at)


def test_nobody_parks_or_ends_a_ticket_by_saying_that_they_look_into_it(answer):
    for then in (Status.PENDING, Status.RESOLVED):
        with pytest.raises(Invalid):
            answer(then=then, holding=True)


def test_what_is_only_said_for_now_is_no_answer_under_way(ticket, ada, answer):
    answer(then=Status.OPEN, holding=True)
    ticket.refresh_from_db()
    ended = tickets.resolve_ticket(ticket=ticket, user=ada)
    assert ended.resolution == "no_answer_needed"
    assert Turn.objects.get().outcome == "left"


def test_the_second_word_for_now_changes_nothing(platform, answer, send):
    for key in ("key-1", "key-2"):
        answer(client_key=key, then=Status.OPEN, holding=True)
        send()
    first = Delivery.objects.earliest("settled_at").settled_at
    assert Turn.objects.get().acknowledged_at == first
