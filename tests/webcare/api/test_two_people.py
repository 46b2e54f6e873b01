"""Two people, one ticket: who is there, what each has begun, and one answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from conversations.models import Delivery, Message
from webcare.actions import replies, ticket_presence, tickets
from webcare.domain.lifecycle import Status
from webcare.models import Draft, Queue, Reply, Ticket, TicketPresence, User
from webcare.queries.presence import present_on

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def on(ticket):
    return lambda part="": f"/api/v1/tickets/{ticket.public_id}{part}"


@pytest.fixture
def adas(as_client, ada):
    return as_client(ada)


@pytest.fixture
def bos(as_client, bo):
    return as_client(bo)


def test_each_sees_what_the_other_does(adas, bos, on):
    assert adas.post(on("/presence"), {"doing": "viewing"}, JSON).json() == []

    [seen] = bos.post(on("/presence"), {"doing": "typing"}, JSON).json()
    [back] = adas.get(on("/presence")).json()

    assert (seen["name"], seen["doing"]) == ("Ada", "viewing")
    assert (back["name"], back["doing"]) == ("Bo", "typing")


def test_who_is_silent_for_fifteen_seconds_is_gone(adas, bos, on, ticket):
    adas.post(on("/presence"), {"doing": "viewing"}, JSON)
    seen_at = timezone.now() - timedelta(seconds=14)
    TicketPresence.objects.update(seen_at=seen_at)
    assert len(bos.get(on("/presence")).json()) == 1
    TicketPresence.objects.update(seen_at=seen_at - timedelta(seconds=2))

    assert bos.get(on("/presence")).json() == []
    assert bos.post(on("/presence"), {"doing": "idle"}, JSON).json() == []
    assert [one.doing for one in present_on([ticket.pk])[ticket.pk]] == ["idle"]


def test_who_leaves_is_gone_at_once_and_traces_are_swept(adas, bos, on):
    adas.post(on("/presence"), {"doing": "viewing"}, JSON)
    assert adas.delete(on("/presence")).status_code == 204
    assert bos.get(on("/presence")).json() == []

    bos.post(on("/presence"), {"doing": "viewing"}, JSON)
    assert ticket_presence.forget_gone() == 0
    TicketPresence.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert ticket_presence.forget_gone() == 1


def test_presence_is_for_those_who_see_the_ticket(adas, on, power_queue):
    Ticket.objects.update(queue=power_queue)

    assert adas.get(on("/presence")).status_code == 404
    assert adas.post(on("/presence"), {"doing": "typing"}, JSON).status_code == 404
    assert not TicketPresence.objects.exists()


def test_many_present_cost_what_one_does(
    adas, on, ticket, shop_queue, django_assert_num_queries
):
    for number in range(50):
        user = User.objects.create_user(f"u{number}")
        TicketPresence.objects.create(ticket=ticket, user=user, doing="viewing")

    adas.get(on())  # notes the token's use
    with django_assert_num_queries(3):  # the token, the ticket, who is there
        assert len(adas.get(on("/presence")).json()) == 50


def test_a_draft_is_kept_per_person(adas, bos, on):
    kept = adas.put(on("/draft"), {"text": "Dear Kim", "seen": '"1.1.0.0"'}, JSON)
    bos.put(on("/draft"), {"text": "Hi", "then": "resolved"}, JSON)
    adas.put(on("/draft"), {"text": "Dear Kim,"}, JSON)

    assert kept.json()["seen"] == '"1.1.0.0"'
    assert kept.json()["visibility"] == "public"
    assert adas.get(on("/draft")).json()["text"] == "Dear Kim,"
    assert bos.get(on("/draft")).json()["then"] == "resolved"
    [mine] = adas.get("/api/v1/drafts").json()["results"]
    assert mine["text"] == "Dear Kim,"
    assert adas.delete(on("/draft")).status_code == 204
    assert adas.get(on("/draft")).status_code == 404
    assert bos.get(on("/draft")).status_code == 200


def test_nothing_that_others_do_loses_a_draft(adas, on, ticket, bo, lena, power_queue):
    adas.put(on("/draft"), {"text": "Dear Kim"}, JSON)
    tickets.claim_ticket(ticket=ticket, user=bo)
    tickets.release_ticket(ticket=ticket, user=bo)
    replies.send_reply(ticket=ticket, user=bo, text="Yes.", client_key="bo")
    ticket.refresh_from_db()
    tickets.resolve_ticket(ticket=ticket, user=bo)

    assert adas.get(on("/draft")).json()["text"] == "Dear Kim"


def test_out_of_sight_a_draft_is_hidden_and_kept(adas, on, power_queue):
    adas.put(on("/draft"), {"text": "Dear Kim"}, JSON)
    was = Ticket.objects.get().queue
    Ticket.objects.update(queue=power_queue)
    assert adas.get(on("/draft")).status_code == 404
    assert adas.get("/api/v1/drafts").json()["results"] == []

    Ticket.objects.update(queue=was)
    assert adas.get(on("/draft")).json()["text"] == "Dear Kim"


def test_a_sent_answer_uses_its_draft_up_and_nobody_elses(adas, bos, on):
    adas.put(on("/draft"), {"text": "Dear Kim"}, JSON)
    bos.put(on("/draft"), {"text": "Hi"}, JSON)
    adas.post(on("/reply"), {"text": "Dear Kim, yes."}, JSON)

    assert [draft.text for draft in Draft.objects.all()] == ["Hi"]


def test_stopped_by_news_the_draft_is_kept_and_send_anyway_sends(adas, on, ticket, bo):
    seen = adas.get(on()).headers["ETag"]
    adas.put(on("/draft"), {"text": "Dear Kim"}, JSON)
    replies.send_reply(ticket=ticket, user=bo, text="Yes.", client_key="bo")

    stopped = adas.post(
        on("/reply"), {"text": "Dear Kim"}, JSON, headers={"if-match": seen}
    )
    assert stopped.status_code == 412
    assert [one["text"] for one in stopped.json()["news"]] == ["Yes."]
    assert Draft.objects.exists()

    body = {"text": "Dear Kim", "anyway": True}
    sent = adas.post(on("/reply"), body, JSON, headers={"if-match": seen})
    assert sent.status_code == 202
    assert not Draft.objects.exists()


def test_a_page_of_drafts_costs_what_one_does(
    adas, make_ticket, ada, django_assert_num_queries
):
    for _ in range(3):
        Draft.objects.create(
            ticket=make_ticket(),
            user=ada,
            text="x",
            visibility="public",
            then="pending",
        )

    adas.get("/api/v1/tickets")  # notes the token's use
    with django_assert_num_queries(2):
        assert len(adas.get("/api/v1/drafts").json()["results"]) == 3


def test_a_note_that_was_begun_is_kept_per_person_until_it_is_written(
    adas, bos, on, ticket, bo
):
    kept = adas.put(on("/note/draft"), {"text": "Call her"}, JSON)
    bos.put(on("/note/draft"), {"text": "Hm"}, JSON)
    adas.put(on("/note/draft"), {"text": "Call her "}, JSON)
    adas.put(on("/draft"), {"text": "Dear Kim"}, JSON)
    bos.post(on("/note"), {"text": "Hm, no."}, JSON)
    tickets.claim_ticket(ticket=ticket, user=bo)

    assert (kept.status_code, kept.json()["text"]) == (200, "Call her")
    assert adas.get(on("/note/draft")).json()["text"] == "Call her "
    assert bos.get(on("/note/draft")).status_code == 404
    adas.post(on("/reply"), {"text": "Dear Kim.", "anyway": True}, JSON)
    assert adas.get(on("/note/draft")).status_code == 200
    adas.post(on("/note"), {"text": "Call her."}, JSON)
    assert adas.get(on("/note/draft")).status_code == 404


def test_a_note_that_was_begun_is_thrown_away(adas, bos, on):
    adas.put(on("/note/draft"), {"text": "Call her"}, JSON)
    bos.put(on("/note/draft"), {"text": "Hm"}, JSON)

    assert adas.delete(on("/note/draft")).status_code == 204
    assert adas.get(on("/note/draft")).status_code == 404
    assert bos.get(on("/note/draft")).json()["text"] == "Hm"


def test_out_of_sight_a_begun_note_is_hidden_and_kept(adas, on, power_queue):
    adas.put(on("/note/draft"), {"text": "Call her"}, JSON)
    was = Ticket.objects.get().queue
    Ticket.objects.update(queue=power_queue)
    assert adas.get(on("/note/draft")).status_code == 404
    assert adas.put(on("/note/draft"), {"text": "X"}, JSON).status_code == 404

    Ticket.objects.update(queue=was)
    assert adas.get(on("/note/draft")).json()["text"] == "Call her"


def test_an_answer_is_signed_as_on_the_desks_page(adas, on, ada):
    ada.initials = "AB"
    ada.save()

    first = adas.post(on("/reply"), {"text": " Tomorrow. "}, JSON).json()
    second = adas.post(on("/reply"), {"text": "Or today. ^AB"}, JSON).json()

    assert [first["text"], second["text"]] == ["Tomorrow. ^AB", "Or today. ^AB"]
    assert Delivery.objects.first().text == "Tomorrow. ^AB"


def test_initials_count_in_the_length(adas, on, ada, shop):
    ada.initials = "AB"
    ada.save()
    shop.text_limit = 9
    shop.save()

    answer = adas.post(on("/reply"), {"text": "Tomorrow."}, JSON)

    assert answer.json()["code"] == "reply_too_long"


def test_with_four_eyes_the_answer_says_that_it_waits(
    adas, as_client, lena, on, django_assert_max_num_queries
):
    Queue.objects.update(needs_approval=True)
    asked = adas.post(on("/reply"), {"text": "Yes."}, JSON)
    lenas = as_client(lena)
    [waiting] = lenas.get("/api/v1/approvals?state=waiting&mine=false").json()[
        "results"
    ]
    sent = lenas.post(
        f"/api/v1/approvals/{waiting['id']}/approve",
        {"digest": waiting["digest"]},
        JSON,
    )
    again = lenas.post(f"/api/v1/approvals/{waiting['id']}/approve", {}, JSON)

    assert asked.status_code == 202
    assert (asked.json()["state"], asked.json()["id"]) == ("for_approval", None)
    assert asked.json()["approval"] == waiting["id"]
    assert sent.json()["state"] == "waiting"
    assert sent.json()["approved_by"]["id"] == str(lena.public_id)
    assert again.status_code == 409
    assert again.json()["code"] == "approval_over"
    assert adas.get("/api/v1/approvals?mine=true").json()["results"][0]["reply"]
    with django_assert_max_num_queries(2):
        lenas.get("/api/v1/approvals")


def test_an_answer_taken_back_puts_a_snoozed_ticket_to_sleep_again(ticket, ada):
    until = timezone.now() + timedelta(hours=3)
    Ticket.objects.update(status="snoozed", snoozed_until=until, agent=ada)
    reply = replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="1")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.snoozed_until) == ("pending", None)

    replies.take_back_reply(reply=reply, user=ada)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.snoozed_until) == ("snoozed", until)


@pytest.mark.parametrize("seconds", [-1, 61])
def test_an_answer_is_held_for_a_minute_at_most(as_client, root, shop, seconds):
    body = {"public_hold_seconds": seconds}

    answer = as_client(root).patch("/api/v1/channels/x-shop", body, JSON)

    assert answer.status_code == 422


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("then", [Status.PENDING, Status.RESOLVED])
def test_of_two_answers_at_the_same_instant_exactly_one_is_sent(
    key_of, ada, bo, make_ticket, then
):
    keys = [key_of(ada), key_of(bo)]
    for _ in range(10):
        ticket = make_ticket()
        where = f"/api/v1/tickets/{ticket.public_id}"
        clients = [Client(headers={"authorization": f"Bearer {key}"}) for key in keys]
        seen = clients[0].get(where).headers["ETag"]
        start = Barrier(2)

        def send(client, where=where, seen=seen, start=start):
            start.wait()
            try:
                return client.post(
                    f"{where}/reply",
                    {"text": "Yes.", "then": then},
                    JSON,
                    headers={"if-match": seen},
                ).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as threads:
            statuses = sorted(threads.map(send, clients))

        lost = 409 if then == Status.RESOLVED else 412
        assert statuses in ([202, 412], [202, lost])
        assert Reply.objects.filter(ticket=ticket).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_note_at_the_same_instant_both_succeed(
    key_of, ada, bo, make_ticket
):
    keys = [key_of(ada), key_of(bo)]
    for _ in range(10):
        ticket = make_ticket()
        where = f"/api/v1/tickets/{ticket.public_id}"
        clients = [Client(headers={"authorization": f"Bearer {key}"}) for key in keys]
        seen = clients[0].get(where).headers["ETag"]
        start = Barrier(2)

        def act(given, where=where, start=start):
            client, what, headers = given
            start.wait()
            try:
                return client.post(
                    f"{where}/{what}", {"text": "Yes."}, JSON, headers=headers
                ).status_code
            finally:
                connections.close_all()

        work = [
            (clients[0], "reply", {"if-match": seen}),
            (clients[1], "note", {}),
        ]
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(act, work)) == [202, 201]
    assert Message.objects.count() == 10
