"""The seeder writes a desk that the product could have left behind."""

import pytest

from bench import seed
from conversations.models import Delivery, InboundEvent, Message
from conversations.models.bulk import fetch
from webcare.models import (
    Clock,
    Decision,
    Reply,
    Ticket,
    TicketEvent,
    TicketMessage,
    Turn,
    User,
)
from webcare.queries.inbox import View, page_of
from webcare.queries.people import Rights

TICKETS = 100


@pytest.fixture
def desk(db: None) -> None:
    seed.fill(TICKETS, chunk=30)


def test_one_ticket_in_five_is_live_and_each_has_three_messages(desk):
    assert Ticket.objects.count() == TICKETS
    assert Ticket.objects.live().count() == TICKETS // 5
    assert Message.objects.count() == TicketMessage.objects.count() == 3 * TICKETS


def test_every_message_heard_has_its_event_and_its_decision(desk):
    heard = Message.objects.filter(direction="in").count()

    assert InboundEvent.objects.count() == heard
    assert Decision.objects.count() == heard
    assert (
        TicketEvent.objects.filter(kind__in=["opened", "message_added"]).count()
        == heard
    )


def test_every_answer_has_its_reply_its_delivery_and_its_line(desk):
    answers = Message.objects.filter(direction="out").count()

    assert answers
    assert Reply.objects.count() == Delivery.objects.count() == answers
    assert TicketEvent.objects.filter(kind="reply_sent").count() == answers


def test_a_ticket_waits_exactly_when_one_of_its_turns_does(desk):
    waiting = Ticket.objects.exclude(waiting_since=None)
    turns = Turn.objects.filter(outcome="waiting")

    assert set(waiting.values_list("pk", "waiting_since")) == set(
        turns.values_list("ticket_id", "started_at")
    )


def test_a_ticket_is_due_when_its_first_running_clock_is(desk):
    due = fetch(
        """SELECT ticket_id, min(due_at) FROM webcare_clock
            WHERE stopped_at IS NULL GROUP BY ticket_id""",
        [],
    )

    assert sorted(due) == sorted(
        Ticket.objects.exclude(due_at=None).values_list("pk", "due_at")
    )
    assert not Clock.objects.filter(ticket__status="resolved", stopped_at=None)


def test_what_comes_after_the_seed_gets_numbers_of_its_own(desk):
    highest = Ticket.objects.order_by("pk").last()

    made = Ticket.objects.create(
        thread=highest.thread,
        author=highest.author,
        channel=highest.channel,
        origin="split",
        opened_at=highest.opened_at,
        last_message_at=highest.opened_at,
    )

    assert made.pk == TICKETS + 1


def test_the_lists_show_the_seeded_desk(desk):
    everywhere = User.objects.get(username="bench-ours")

    page = page_of(everywhere, Rights.of(everywhere), View.ALL)

    assert len(page.rows) == Ticket.objects.filter(status__in=["new", "open"]).count()
