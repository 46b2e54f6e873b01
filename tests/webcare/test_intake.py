"""Messages that we answer become tickets: one per author and thread."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.actions import reading
from conversations.actions.batches import drain
from conversations.actions.ingestion import take_messages
from conversations.models import Message, Work
from webcare.actions import intake
from webcare.actions.tickets import resolve_ticket
from webcare.domain.outcomes import Resolution
from webcare.models import Decision, Ticket, TicketEvent, TopicRule, Turn

pytestmark = pytest.mark.django_db


def decisions():
    return list(Decision.objects.values_list("verdict", "reason"))


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_a_message_to_us_becomes_a_ticket_that_says_why(shop, hear, item):
    hear(shop, item(text="Where is my parcel?"))

    ticket = Ticket.objects.get()
    assert decisions() == [("answer", "addressed")]
    assert (ticket.status, ticket.excerpt) == ("new", "Where is my parcel?")
    assert ticket.opened_at == ticket.waiting_since == Message.objects.get().posted_at
    assert kinds(ticket)[0] == "opened"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"addressed": False}, "not_addressed"),
        ({"history": True}, "history"),
    ],
)
def test_what_was_not_said_to_us_is_kept_and_counted(shop, hear, item, fields, reason):
    hear(shop, item(**fields))

    assert decisions() == [("watch", reason)]
    assert not Ticket.objects.exists()


def test_a_channel_that_only_listens_makes_no_tickets(forum, hear, item):
    hear(forum, item())

    assert decisions() == [("watch", "channel_only_listens")]
    assert not Ticket.objects.exists()


def test_talk_of_danger_is_a_ticket_wherever_it_is_heard(
    forum, hear, item, delivery_topic
):
    delivery_topic.is_danger = True
    delivery_topic.save()
    TopicRule.objects.create(topic=delivery_topic, kind="part", pattern="gaslucht")
    hear(forum, item(text="Wij ruiken een sterke gaslucht!", addressed=False))

    ticket = Ticket.objects.get()
    assert decisions() == [("answer", "danger")]
    assert (ticket.is_danger, ticket.priority) == (True, "urgent")
    assert (ticket.priority_by, ticket.priority_reason) == ("danger", "Talk of danger.")


def test_more_from_the_same_author_joins_the_live_ticket(shop, hear, item, ada):
    first = item(thread="t-1")
    hear(shop, first)
    hear(shop, item(thread="t-1", author=first["author"], text="Hello?"))

    ticket = Ticket.objects.get()
    assert ticket.ticket_messages.count() == 2
    assert ticket.excerpt == "Hello?"
    assert Turn.objects.count() == 1
    assert ticket.waiting_since == Message.objects.earliest("posted_at").posted_at


def test_two_authors_in_a_thread_are_two_tickets(shop, hear, item):
    hear(shop, item(thread="t-1"), item(thread="t-1"))

    assert Ticket.objects.count() == 2


def test_an_earlier_message_that_arrives_late_moves_the_start_of_the_wait(
    shop, hear, item
):
    late, early = item(thread="t-1"), item(thread="t-1")
    late["author"] = early["author"]
    late["posted_at"], early["posted_at"] = early["posted_at"], late["posted_at"]
    hear(shop, late)
    hear(shop, early)

    turn = Turn.objects.get()
    assert turn.started_at.isoformat() == early["posted_at"]
    assert Ticket.objects.get().waiting_since == turn.started_at


@pytest.mark.parametrize(("seconds", "tickets"), [(-1, 1), (0, 1), (1, 2)])
def test_the_reopen_window_ends_to_the_second(
    shop, hear, item, ticket, ada, seconds, tickets
):
    resolve_ticket(ticket=ticket, user=ada)
    window = timedelta(hours=ticket.queue.reopen_window_hours)
    resolved_at = timezone.now() - window - timedelta(minutes=1)
    Ticket.objects.update(resolved_at=resolved_at)
    author = {"external_id": ticket.author.external_id}
    again = item(
        author=author,
        in_reply_to=Message.objects.get().external_id,
        posted_at=(resolved_at + window + timedelta(seconds=seconds)).isoformat(),
    )
    hear(shop, again)

    assert Ticket.objects.count() == tickets
    newest = Ticket.objects.latest("id")
    assert newest.is_live
    assert (newest.follows_id == ticket.pk) == (tickets == 2)


def test_a_reopened_ticket_runs_a_new_turn_and_says_so(shop, hear, item, ticket, ada):
    resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.NO_ANSWER_NEEDED)
    first = Message.objects.get()
    hear(
        shop,
        item(
            author={"external_id": ticket.author.external_id},
            in_reply_to=first.external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution) == ("open", "")
    assert "reopened" in kinds(ticket)
    assert list(Turn.objects.order_by("number").values_list("outcome", flat=True)) == [
        "left",
        "waiting",
    ]


def test_a_repeat_of_the_stage_changes_nothing(shop, hear, item):
    [message] = hear(shop, item())
    before = TicketEvent.objects.count()

    with transaction.atomic():
        intake.take_in([message.pk])

    assert Ticket.objects.count() == 1
    assert TicketEvent.objects.count() == before


def test_a_message_its_author_deleted_before_we_looked_is_no_ticket(shop, item):
    one = item()
    for body in (one, {"external_id": one["external_id"], "deleted": True}):
        take_messages(channel=shop, body=json.dumps(body).encode(), now=timezone.now())
    list(drain(reading.STAGE))
    list(drain(intake.STAGE))

    assert decisions() == [("ignore", "deleted_by_author")]


def test_an_answer_written_in_the_platforms_own_app_stops_the_clock(
    shop, hear, item, ticket
):
    hear(
        shop,
        item(
            outbound=True,
            in_reply_to=Message.objects.get().external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )

    ticket.refresh_from_db()
    turn = Turn.objects.get()
    assert (turn.outcome, turn.answered_by) == ("answered", None)
    assert ticket.waiting_since is None
    assert "answered_elsewhere" in kinds(ticket)


@pytest.mark.parametrize(("authors", "answered"), [(1, 1), (2, 0)])
def test_what_we_say_to_a_whole_thread_answers_only_who_is_alone_in_it(
    shop, hear, item, authors, answered
):
    hear(shop, *[item(thread="t-1") for _ in range(authors)])
    now = timezone.now().isoformat()
    hear(shop, item(thread="t-1", outbound=True, posted_at=now))

    assert Turn.objects.filter(outcome="answered").count() == answered


def test_a_word_under_our_own_post_answers_nobody(shop, hear, item):
    hear(shop, item(thread="t-1"))
    ours = item(thread="t-1", outbound=True, in_reply_to="unknown")
    hear(shop, ours)
    now = timezone.now().isoformat()
    hear(
        shop,
        item(
            thread="t-1",
            outbound=True,
            in_reply_to=ours["external_id"],
            posted_at=now,
        ),
    )

    assert Turn.objects.get().outcome == "waiting"


def test_the_database_refuses_a_second_live_ticket_of_a_thread_and_author(ticket):
    twin = Ticket.objects.get()
    twin.pk = None
    twin.public_id = "00000000-0000-4000-8000-000000000001"

    with (
        pytest.raises(IntegrityError, match="ticket_one_live_per_thread_and_author"),
        transaction.atomic(),
    ):
        twin.save(force_insert=True)


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_rewrite_a_tickets_history(ticket, statement):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("webcare_ticketevent"))


@pytest.mark.django_db(transaction=True)
def test_forty_first_messages_of_one_author_at_once_are_one_ticket(
    shop, item, delivery_topic
):
    author = {"external_id": "a-same"}
    bodies = [json.dumps(item(thread="t-1", author=author)) for _ in range(40)]

    def bring(body):
        take_messages(channel=shop, body=body.encode(), now=timezone.now())
        list(drain(reading.STAGE))
        list(drain(intake.STAGE))
        connection.close()

    threads = [threading.Thread(target=bring, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Message.objects.count() == 40
    assert Ticket.objects.count() == 1
    assert Ticket.objects.get().ticket_messages.count() == 40
    assert not Work.objects.filter(stage="ticket").exists(), "none had to try again"
    assert Turn.objects.count() == 1
