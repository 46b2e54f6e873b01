"""Merging, splitting and linking through the API."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from conversations.models import Message
from webcare.models import Ticket

NOBODY = "00000000-0000-0000-0000-000000000000"
KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}


@pytest.fixture
def ask(make_ticket):
    """A ticket of kim's in a thread of its own."""

    def make(thread=None, **fields):
        now = datetime.now(UTC).isoformat()
        given = {"author": KIM, "thread": thread or uuid4().hex, "posted_at": now}
        return make_ticket(**given | fields)

    return make


@pytest.fixture
def act(as_client, ada):
    client = as_client(ada)

    def do(ticket, what, body=None, **headers):
        where = f"/api/v1/tickets/{ticket.public_id}/{what}"
        return client.post(where, body or {}, "application/json", headers=headers)

    do.client = client
    return do


def test_a_ticket_goes_into_another(act, ask):
    old, new = ask(), ask()

    answer = act(new, "merge", {"into": str(old.public_id)})

    assert answer.status_code == 200
    assert answer.json()["id"] == str(old.public_id)
    where = f"/api/v1/tickets/{new.public_id}"
    merged = act.client.get(where).json()
    assert (merged["status"], merged["resolution"]) == ("closed", "duplicate")
    live = act.client.get("/api/v1/tickets?status=live").json()["results"]
    assert [one["number"] for one in live] == [old.pk]


def test_several_come_into_one_or_none_does(act, ask, ada):
    old, new, third = ask(), ask(), ask(author={"external_id": "robin"})
    body = {"tickets": [str(new.public_id), str(third.public_id)]}

    assert act(old, "merge", body).status_code == 422
    assert not Ticket.objects.exclude(merged_into=None).exists()
    assert act(old, "merge", body | {"even_if_other_author": True}).status_code == 200
    assert Ticket.objects.filter(merged_into=old).count() == 2


@pytest.mark.parametrize("how", ["from the target", "on the source"])
def test_a_merge_is_undone(act, ask, how):
    old, new = ask(), ask()
    act(new, "merge", {"into": str(old.public_id)})

    if how == "on the source":
        answer = act(new, "unmerge")
    else:
        answer = act(old, "unmerge", {"ticket": str(new.public_id)})

    assert answer.status_code == 200
    assert answer.json()["id"] == str(new.public_id)
    assert answer.json()["status"] == "new"


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("merge", {}, 422),
        ("merge", {"into": NOBODY, "tickets": [NOBODY]}, 422),
        ("merge", {"into": "x"}, 422),
        ("merge", {"into": NOBODY}, 404),
        ("merge", {"tickets": [NOBODY]}, 404),
        ("merge", {"tickets": []}, 422),
        ("merge", {"tickets": [NOBODY] * 51}, 422),
        ("unmerge", {}, 409),
        ("unmerge", {"ticket": NOBODY}, 404),
        ("split", {}, 422),
        ("split", {"messages": [NOBODY]}, 422),
        ("split", {"from": NOBODY}, 422),
        ("split", {"from": NOBODY, "messages": [NOBODY]}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(act, ask, what, body, status):
    assert act(ask(), what, body).status_code == status


def test_what_one_cannot_see_cannot_be_merged(act, ask, power_queue):
    mine, hidden = ask(), ask()
    Ticket.objects.filter(pk=hidden.pk).update(queue=power_queue)

    assert act(mine, "merge", {"into": str(hidden.public_id)}).status_code == 404
    body = {"tickets": [str(hidden.public_id)]}
    assert act(mine, "merge", body).status_code == 404
    Ticket.objects.filter(pk=mine.pk).update(
        status="closed",
        resolution="duplicate",
        resolved_at=mine.opened_at,
        merged_into=hidden,
    )
    assert act(mine, "unmerge").status_code == 403


def test_a_merge_decided_on_something_old_is_refused(act, ask):
    old, new = ask(), ask()
    body = {"into": str(old.public_id)}

    assert act(new, "merge", body, **{"if-match": '"999.0.0"'}).status_code == 412


def test_some_messages_go_on_by_themselves(act, ask, hear, item, shop):
    ticket = ask(thread="t")
    hear(shop, item(author=KIM, thread="t", text="And my bill?"))
    message = Message.objects.get(text="And my bill?")

    answer = act(ticket, "split", {"messages": [str(message.public_id)]})

    assert answer.status_code == 201
    assert answer.json()["excerpt"] == "And my bill?"
    assert answer.headers["ETag"]
    assert answer.json()["queue"]["slug"] == "shop"
