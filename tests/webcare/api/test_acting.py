from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Channel, Delivery, Message, Mode
from webcare.actions.tickets import claim_ticket
from webcare.models import Note, Reply, Ticket, TicketEvent


@pytest.fixture
def on(ticket):
    """Paths under the ticket."""
    return lambda part="": f"/api/v1/tickets/{ticket.public_id}{part}"


@pytest.fixture
def act(as_client, ada, on):
    """What ada does to the ticket through the API."""
    client = as_client(ada)

    def do(what, body=None, **headers):
        return client.post(
            on(f"/{what}"),
            body or {},
            "application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    do.client = client
    return do


def test_a_claim_makes_it_mine(act, ada):
    answer = act("claim")

    assert answer.status_code == 200
    assert answer.json()["agent"]["id"] == str(ada.public_id)
    assert answer.json()["status"] == "open"
    assert act("claim").json()["version"] == answer.json()["version"]


def test_the_second_of_two_claims_loses(act, bo, ticket):
    claim_ticket(ticket=ticket, user=bo)

    answer = act("claim")

    assert answer.status_code == 409
    assert answer.json()["code"] == "ticket_changed"


def test_a_ticket_goes_back_to_its_queue(act):
    act("claim")

    assert act("release").json()["agent"] is None


def test_a_lead_says_who_answers(as_client, lena, bo, on, act, ada):
    body = {"agent": str(bo.public_id)}

    assert act("assign", body).status_code == 403
    led = as_client(lena).post(on("/assign"), body, "application/json")
    assert led.json()["agent"]["name"] == "Bo"


def test_nobody_is_given_work_of_another_queue(as_client, lena, cas, on):
    body = {"agent": str(cas.public_id)}

    answer = as_client(lena).post(on("/assign"), body, "application/json")

    assert answer.status_code == 422
    assert "agent" in answer.json()["errors"]


def test_a_ticket_is_moved_and_classified(act, power_queue, delivery_topic):
    assert act("classify", {"topic": None}).json()["topic"] is None
    assert act("classify", {"topic": "delivery"}).json()["topic"]["by"] == "person"
    assert act("route", {"queue": "power"}).json()["queue"]["slug"] == "power"


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("classify", {}, "topic"),
        ("classify", {"topic": "nothing"}, "topic"),
        ("route", {"queue": "nowhere"}, "queue"),
        ("route", {"queue": ["a"]}, "queue"),
        ("assign", {"agent": "bo"}, "agent"),
        ("resolve", {"outcome": "gone"}, "outcome"),
        ("note", {"text": ""}, "text"),
        ("note", {"text": "a\x00b"}, "text"),
        ("note", {"text": "x" * 50_001}, "text"),
        ("reply", {"text": "Hello", "then": "closed"}, "then"),
        ("reply", {"key": "x"}, "text"),
    ],
)
def test_what_is_wrong_is_named(act, what, body, field):
    answer = act(what, body)

    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_a_word_that_is_no_choice_is_refused_with_those_there_are(act):
    answer = act("resolve", {"outcome": "done"})

    assert answer.json()["errors"]["outcome"] == [
        "Choose from: answered, no_answer_needed, passed_on, duplicate, spam."
    ]


def test_a_ticket_says_until_when_it_sleeps_and_why_it_ended(act, on):
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    act("claim")
    act("snooze", {"until": tomorrow})
    asleep = act.client.get(on()).json()["snoozed_until"]
    act("resolve", {"outcome": "passed_on", "reason": "sales", "note": "Called."})

    ended = act.client.get(on()).json()

    assert asleep == tomorrow.replace("+00:00", "Z")
    assert (ended["resolution_reason"], ended["resolution_note"]) == (
        "sales",
        "Called.",
    )
    assert ended["snoozed_until"] is None


def test_what_cannot_be_undone_is_said_in_words(act):
    answer = act("resolve/undo")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "This cannot be done to a ticket that is new."


def test_a_change_on_what_is_old_is_stopped_with_what_is_new(act, on, ticket, bo):
    seen = act.client.get(on()).headers["ETag"]
    claim_ticket(ticket=ticket, user=bo)

    answer = act("classify", {"topic": None}, if_match=seen)

    assert answer.status_code == 412
    assert answer.json()["ticket"]["agent"]["name"] == "Bo"
    fresh = answer.json()["etag"]
    assert act("classify", {"topic": None}, if_match=fresh).status_code == 200


@pytest.mark.parametrize("tag", ["nonsense", '"1.2"', '"1.2.3', "9" * 5_000])
def test_a_tag_that_is_none_of_ours_is_stale(act, tag):
    assert act("claim", if_match=tag).status_code == 412


def test_a_reply_waits_to_be_sent_and_can_be_taken_back(act, on):
    answer = act("reply", {"text": "It comes tomorrow."})
    listed = act.client.get(on("/replies")).json()["results"]
    taken = act(f"replies/{answer.json()['id']}/take-back")

    assert answer.status_code == 202
    assert answer.json()["state"] == "waiting"
    assert listed == [answer.json()]
    assert taken.json()["state"] == "cancelled"
    assert act(f"replies/{answer.json()['id']}/take-back").status_code == 409


def test_a_reply_of_another_ticket_is_not_there(act, make_ticket, ada):
    reply = act("reply", {"text": "Hello."}).json()["id"]
    other = make_ticket()

    where = f"/api/v1/tickets/{other.public_id}/replies/{reply}/take-back"

    assert act.client.post(where, {}, "application/json").status_code == 404


def test_the_same_key_is_the_same_reply(act):
    first = act("reply", {"text": "Hello.", "key": "k-1"})
    again = act("reply", {"text": "Hello.", "key": "k-1"})

    assert again.json() == first.json()
    assert Delivery.objects.count() == 1


def test_a_reply_to_what_has_gone_on_is_stopped_with_the_news(
    act, on, ticket, shop, hear, item
):
    seen = act.client.get(on()).headers["ETag"]
    author = Message.objects.get().author
    hear(
        shop,
        item(
            text="Never mind, it is here.",
            in_reply_to=Message.objects.get().external_id,
            author={"external_id": author.external_id},
        ),
    )

    stale = act("reply", {"text": "It comes tomorrow."}, if_match=seen)
    anyway = act("reply", {"text": "Good!", "anyway": True}, if_match=seen)

    assert stale.status_code == 412
    assert [one["text"] for one in stale.json()["news"]] == ["Never mind, it is here."]
    assert (stale.json()["author_wrote"], stale.json()["we_answered"]) == (True, False)
    assert anyway.status_code == 202


def test_topics_and_routing_do_not_make_a_reply_stale(act, on):
    seen = act.client.get(on()).headers["ETag"]
    act("classify", {"topic": None})
    act("note", {"text": "Look at this."})

    assert act("reply", {"text": "Hello."}, if_match=seen).status_code == 202


def test_two_replies_on_the_same_view_are_one_and_a_412(act, on):
    seen = act.client.get(on()).headers["ETag"]
    act("reply", {"text": "Hello."}, if_match=seen)

    answer = act("reply", {"text": "Hello again."}, if_match=seen)

    assert answer.status_code == 412
    assert answer.json()["we_answered"] is True


def test_an_answer_that_was_taken_back_is_no_news(act, on):
    seen = act.client.get(on()).headers["ETag"]
    first = act("reply", {"text": "Hello."}, if_match=seen).json()
    act(f"replies/{first['id']}/take-back")

    answer = act("reply", {"text": "Hello again."}, if_match=seen)

    assert answer.status_code == 202
    assert act.client.get(on()).headers["ETag"].split(".")[2] != "0"


def test_nothing_is_sent_on_a_channel_that_listens(act):
    Channel.objects.update(mode=Mode.LISTENING)

    answer = act("reply", {"text": "Hello."})

    assert answer.status_code == 409
    assert answer.json()["code"] == "sending_refused"
    assert answer.json()["rule"] == "channel_does_not_send"
    assert not Delivery.objects.exists()


def test_a_text_that_does_not_fit_is_refused(act):
    Channel.objects.update(text_limit=5)

    answer = act("reply", {"text": "Too long for this."})

    assert (answer.status_code, answer.json()["code"]) == (422, "reply_too_long")


def test_a_reply_can_resolve(act, on):
    act("reply", {"text": "Done.", "then": "resolved"})

    assert act.client.get(on()).json()["resolution"] == "answered"


def test_a_ticket_is_resolved_with_an_outcome_and_reopened(act):
    done = act("resolve", {"outcome": "spam"})

    assert (done.json()["status"], done.json()["resolution"]) == ("resolved", "spam")
    assert act("resolve").status_code == 409
    assert act("reopen").json()["status"] == "open"


def test_notes_are_listed_and_stay_inside(act, on):
    note = act("note", {"text": "He called before."})

    assert note.status_code == 201
    [listed] = act.client.get(on("/notes")).json()["results"]
    assert listed | {"not_mentioned": []} == note.json()
    assert "called" not in act.client.get(on("/messages")).content.decode()


def test_the_thread_shows_edits_and_deletions(act, on, hear, item, shop, ticket):
    first = Message.objects.get()
    author = {"external_id": first.author.external_id}
    more = item(in_reply_to=first.external_id, author=author, text="One")
    hear(shop, more)
    hear(shop, more | {"text": "Two", "edited_at": first.received_at.isoformat()})
    hear(shop, {"external_id": first.external_id, "deleted": True})

    gone, edited = act.client.get(on("/messages")).json()["results"]

    assert gone["text"] == ""
    assert gone["deleted_at"] is not None
    assert edited["text"] == "Two"
    assert [one["text"] for one in edited["versions"]] == ["One"]
    assert edited["of_ticket"] is True


def texts(client, ticket):
    answer = client.get(f"/api/v1/tickets/{ticket.public_id}/messages").json()
    return [(one["text"], one["of_ticket"]) for one in answer["results"]]


def test_a_public_thread_is_shown_whole(act, make_ticket, hear, item, shop):
    ticket = make_ticket(thread="t", text="My parcel?")
    hear(shop, item(thread="t", text="Mine came."))

    assert texts(act.client, ticket) == [("My parcel?", True), ("Mine came.", False)]


def test_of_a_private_thread_only_ones_own_part_is_shown(
    act, make_ticket, hear, item, shop
):
    private = {"thread": "t", "visibility": "private"}
    ticket = make_ticket(text="My parcel?", **private)
    hear(shop, item(text="Somebody else's secret.", **private))

    assert texts(act.client, ticket) == [("My parcel?", True)]


def test_history_names_things_as_clients_know_them(act, on, ada):
    act("claim")

    events = act.client.get(on("/events")).json()["results"]

    kinds = [event["kind"] for event in events]
    by_kind = {event["kind"]: event["data"] for event in events}
    assert set(kinds) >= {"opened", "classified", "routed", "assigned"}
    assert by_kind["routed"]["queue"] == "shop"
    assert by_kind["classified"]["topic"] == "delivery"
    assert by_kind["assigned"]["agent"] == str(ada.public_id)
    assert by_kind["opened"]["message"] == str(Message.objects.get().public_id)


def test_history_shows_no_ids_of_our_own(act, on, delivery_topic):
    act("claim")
    act("release")
    act("classify", {"topic": "delivery"})
    act("resolve", {"outcome": "spam"})

    events = act.client.get(on("/events")).json()["results"]

    told = {one["kind"]: one["data"] for one in events}
    assert [told[kind].get("was") for kind in ("released", "resolved")] == [None, None]
    assert "turns" in TicketEvent.objects.get(kind="resolved").data["was"]


def test_promises_show_what_counted(act, on):
    clocks = act.client.get(on("/clocks")).json()

    assert {one["promise"] for one in clocks} == {"first_response", "resolution"}
    assert all(one["spans"][0]["counted"] for one in clocks)


def test_the_same_request_twice_is_done_once(act):
    first = act("note", {"text": "Once."}, idempotency_key="n-1")
    again = act("note", {"text": "Once."}, idempotency_key="n-1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert Note.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(act):
    act("note", {"text": "Once."}, idempotency_key="n-1")

    other = act("note", {"text": "Twice."}, idempotency_key="n-1")
    elsewhere = act("claim", idempotency_key="n-1")

    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert elsewhere.json()["code"] == "key_reused"
    assert Note.objects.count() == 1


def test_keys_are_each_persons_own(act, as_client, bo, on):
    act("note", {"text": "Mine."}, idempotency_key="n-1")

    as_client(bo).post(
        on("/note"),
        {"text": "His."},
        "application/json",
        headers={"idempotency-key": "n-1"},
    )

    assert Note.objects.count() == 2


def test_a_refusal_is_not_kept(act, bo, ticket):
    claim_ticket(ticket=ticket, user=bo)
    assert act("claim", idempotency_key="c-1").status_code == 409
    Ticket.objects.update(agent=None)

    assert act("claim", idempotency_key="c-1").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_length(act, key):
    assert act("note", {"text": "Hello"}, idempotency_key=key).status_code == 422


def test_the_key_of_the_request_is_the_key_of_the_reply(act):
    act("reply", {"text": "Hello."}, idempotency_key="r-1")

    assert Reply.objects.get().client_key == "r-1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"text": NaN}', 400),
        (b'{"text": ' + b"9" * 5_000 + b"}", 400),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "\\u0000"}', 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b'"' + b"x" * 2_000_000 + b'"', 413),
    ],
)
def test_hostile_bodies_are_refused_without_harm(act, on, body, status):
    answer = act.client.post(on("/note"), body, content_type="application/json")

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not TicketEvent.objects.filter(kind="note_added").exists()
