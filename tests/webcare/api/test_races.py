"""Many at once, on real connections."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from conversations.actions import reading
from conversations.actions.batches import drain
from conversations.models import InboundEvent, Message
from webcare.actions import intake
from webcare.actions.log import record
from webcare.models import Note, Ticket, TicketEvent

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def together(do, *given):
    """Call `do` with each of `given` on threads with connections of their own."""

    def one(what):
        try:
            return do(what)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, given))


def test_forty_first_messages_of_one_author_are_one_ticket(
    key_of, integrator, shop, delivery_topic, item
):
    key = key_of(integrator)
    author, when = {"external_id": "kim"}, item()["posted_at"]

    def send(number):
        client = Client(headers={"authorization": f"Bearer {key}"})
        message = item(
            external_id=f"album-{number}", author=author, thread="t", posted_at=when
        )
        answer = client.post(
            "/api/v1/channels/x-shop/messages",
            json.dumps(message),
            content_type="application/json",
        )
        return answer.json()["accepted"]

    def work(stage):
        return sum(drain(stage))

    assert sum(together(send, *range(40))) == 40
    together(work, *[reading.STAGE] * 4)
    together(work, *[intake.STAGE] * 4)

    assert Message.objects.count() == 40
    assert Ticket.objects.count() == 1
    assert Ticket.objects.get().ticket_messages.count() == 40


def test_one_message_sent_forty_times_at_once_is_one_message(
    key_of, integrator, shop, delivery_topic, item
):
    key = key_of(integrator)
    body = json.dumps([item(external_id=f"m-{n}") for n in range(10)])

    def send(_):
        client = Client(headers={"authorization": f"Bearer {key}"})
        answer = client.post(
            "/api/v1/channels/x-shop/messages", body, content_type="application/json"
        )
        return answer.json()["accepted"], answer.json()["duplicate"]

    answers = together(send, *range(40))

    assert sum(accepted for accepted, _ in answers) == 10
    assert sum(duplicate for _, duplicate in answers) == 390
    assert InboundEvent.objects.count() == 10


def test_the_same_request_at_once_is_done_once_or_told_to_wait(key_of, ada, ticket):
    key = key_of(ada)

    def send(_):
        client = Client(headers={"authorization": f"Bearer {key}"})
        return client.post(
            f"/api/v1/tickets/{ticket.public_id}/note",
            {"text": "Once."},
            "application/json",
            headers={"idempotency-key": "n-1"},
        ).status_code

    statuses = together(send, *range(20))

    assert Note.objects.count() == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses


def test_many_claims_at_once_have_one_winner(key_of, ada, bo, ticket):
    keys = {user: key_of(user) for user in (ada, bo)}

    def claim(user):
        client = Client(headers={"authorization": f"Bearer {keys[user]}"})
        where = f"/api/v1/tickets/{ticket.public_id}/claim"
        return user, client.post(where, {}, "application/json").status_code

    answers = together(claim, ada, bo, ada, bo)

    ticket.refresh_from_db()
    winner = ticket.agent
    assert {status for user, status in answers if user != winner} == {409}
    assigned = TicketEvent.objects.filter(kind="assigned")
    assert {event.data["agent"] for event in assigned} == {winner.pk}


def follow(client, after=""):
    answer = client.get(f"/api/v1/events?after={after}" if after else "/api/v1/events")
    return [event["id"] for event in answer.json()["results"]], answer.json()["after"]


def note(ticket, name):
    record(ticket, TicketEvent.Kind.NOTE_ADDED, at=ticket.opened_at, note=name)
    return TicketEvent.objects.latest("pk").pk


def test_events_are_complete_and_in_order_whoever_commits_first(
    as_client, ada, ticket, rest
):
    client = as_client(ada)
    rest()
    before, place = follow(client)
    # A second session begins to write first and commits last.
    slow = connection.copy()
    try:
        with slow.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                """INSERT INTO webcare_ticketevent
                          (ticket_id, kind, effective_at, data)
                   VALUES (%s, 'note_added', now(), '{}') RETURNING id""",
                [ticket.pk],
            )
            [early] = cursor.fetchone()
            with transaction.atomic():
                late = note(ticket, "late")
            meanwhile, place = follow(client, place)
            cursor.execute("COMMIT")
    finally:
        slow.close()
    rest()
    then, place = follow(client, place)
    again, _ = follow(client, place)

    assert before
    assert meanwhile == []
    assert then == [early, late]
    assert again == []


def test_the_stream_can_be_followed_one_by_one(as_client, ada, ticket):
    client = as_client(ada)
    whole, _ = follow(client)
    seen, place = [], "0.0"
    for _ in whole:
        answer = client.get(f"/api/v1/events?limit=1&after={place}").json()
        seen += [event["id"] for event in answer["results"]]
        place = answer["after"]

    assert seen == whole


def test_the_stream_shows_what_a_person_may_see(
    as_client, ada, lena, ticket, power_queue
):
    Ticket.objects.update(queue=power_queue)

    assert follow(as_client(ada))[0] == []
