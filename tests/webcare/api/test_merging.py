"""Merging, splitting and linking through the API."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from conversations.models import Message
from webcare.models import Ticket, TicketEvent, TicketLink

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
    assert merged["merged_into"] == str(old.public_id)
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


def test_where_a_ticket_went_is_told_to_who_may_see_that(act, ask, power_queue):
    old, new = ask(), ask()
    act(new, "merge", {"into": str(old.public_id)})
    Ticket.objects.filter(pk=old.pk).update(queue=power_queue)

    merged = act.client.get(f"/api/v1/tickets/{new.public_id}").json()

    assert (merged["status"], merged["merged_into"]) == ("closed", None)


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


# Links


@pytest.fixture
def beside(act):
    """What the list of links says: kind -> the tickets' numbers."""

    def read(ticket, client=None):
        where = f"/api/v1/tickets/{ticket.public_id}/links"
        found = {}
        for one in (client or act.client).get(where).json()["results"]:
            found.setdefault(one["kind"], []).append(one["ticket"]["number"])
        return found

    return read


@pytest.mark.parametrize(
    ("kind", "there"),
    [("related", "related"), ("parent", "child"), ("child", "parent")],
)
def test_a_link_is_seen_from_both_ends(act, ask, beside, kind, there):
    one, two = ask(), ask()

    answer = act(one, "links", {"ticket": str(two.public_id), "kind": kind})

    assert answer.status_code == 201
    assert answer.json()["kind"] == kind
    assert answer.json()["ticket"]["number"] == two.pk
    assert beside(one) == {kind: [two.pk]}
    assert beside(two) == {there: [one.pk]}
    kinds = TicketEvent.objects.filter(kind="linked").values_list("ticket", flat=True)
    assert set(kinds) == {one.pk, two.pk}


def test_a_link_is_made_once_from_whichever_end(act, ask):
    one, two = ask(), ask()
    first = act(one, "links", {"ticket": str(two.public_id)}).json()
    again = act(two, "links", {"ticket": str(one.public_id)}).json()

    assert first["id"] == again["id"]
    assert TicketLink.objects.count() == 1


def test_a_link_is_removed(act, ask, beside):
    one, two = ask(), ask()
    link = act(one, "links", {"ticket": str(two.public_id)}).json()["id"]
    where = f"/api/v1/tickets/{two.public_id}/links/{link}"

    assert act.client.delete(where).status_code == 204
    assert beside(one) == {}
    assert act.client.delete(where).status_code == 404


def test_no_ticket_stands_above_itself(act, ask):
    one, two, three = ask(), ask(), ask()
    child = {"kind": "child"}
    assert act(one, "links", child | {"ticket": str(two.public_id)}).status_code == 201
    assert (
        act(two, "links", child | {"ticket": str(three.public_id)}).status_code == 201
    )

    for ticket in (one, three):
        answer = act(three, "links", child | {"ticket": str(ticket.public_id)})
        assert answer.status_code == 422
    second = act(one, "links", child | {"ticket": str(three.public_id)})
    assert second.json()["errors"] == {"ticket": ["That ticket has a parent already."]}


def test_resolving_a_parent_leaves_its_children_as_they_are(act, ask, beside):
    one, two = ask(), ask()
    act(one, "links", {"ticket": str(two.public_id), "kind": "child"})
    act(one, "resolve")

    two.refresh_from_db()
    assert two.is_live


def test_the_list_tells_what_came_of_merging_and_splitting(act, ask, beside, pump):
    old, new = ask(), ask()
    act(new, "merge", {"into": str(old.public_id)})
    said = Message.objects.get(pk=new.last_inbound_id)
    off = act(old, "split", {"messages": [str(said.public_id)]}).json()["number"]
    pump()

    assert beside(old) == {"merged_in": [new.pk], "split_off": [off]}
    assert beside(new) == {"merged_into": [old.pk]}
    assert beside(Ticket.objects.get(pk=off)) == {"split_from": [old.pk]}


def test_only_tickets_one_may_see_are_beside(
    act, ask, beside, as_client, power_queue, root
):
    one, two = ask(), ask()
    link = act(one, "links", {"ticket": str(two.public_id)}).json()["id"]
    Ticket.objects.filter(pk=two.pk).update(queue=power_queue, follows=one)

    assert beside(one) == {}
    where = f"/api/v1/tickets/{one.public_id}/links"
    assert act.client.delete(f"{where}/{link}").status_code == 404
    body = {"ticket": str(two.public_id)}
    assert act(one, "links", body).status_code == 404
    assert set(beside(one, as_client(root))) == {"related", "followed_by"}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"kind": "related"}, "ticket_link_related_has_one_direction"),
        ({"kind": "other"}, "ticket_link_kind_is_known"),
        ({"kind": "parent", "to_ticket": "same"}, "ticket_link_is_of_two_tickets"),
    ],
)
def test_the_database_refuses_what_no_link_can_be(ask, given, rule):
    one, two = ask(), ask()
    row = {"from_ticket": two, "to_ticket": one} | given
    if row["to_ticket"] == "same":
        row["to_ticket"] = two

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        TicketLink.objects.create(**row)


# Several authors


def test_other_authors_of_the_thread_are_shown(act, ask, ada):
    mine, theirs = ask(thread="t"), ask(thread="t", author={"external_id": "robin"})
    ask()
    act(theirs, "claim")

    where = f"/api/v1/tickets/{mine.public_id}/siblings"
    [one] = act.client.get(where).json()["results"]

    assert (one["number"], one["status"]) == (theirs.pk, "open")
    assert one["agent"]["id"] == str(ada.public_id)


def test_each_message_names_its_ticket_to_who_may_see_that(act, ask, power_queue):
    mine, theirs = ask(thread="t"), ask(thread="t", author={"external_id": "robin"})
    where = f"/api/v1/tickets/{mine.public_id}/messages"

    def named():
        return [one["ticket"] for one in act.client.get(where).json()["results"]]

    assert named() == [str(mine.public_id), str(theirs.public_id)]
    Ticket.objects.filter(pk=theirs.pk).update(queue=power_queue)
    assert named() == [str(mine.public_id), None]
    sibling = act.client.get(where.replace("messages", "siblings")).json()
    assert sibling["results"] == []


def test_a_merged_ticket_shows_both_threads(act, ask, ada):
    old, new = ask(text="parcel one"), ask(text="parcel two")
    act(new, "note", {"text": "Look"})
    act(new, "merge", {"into": str(old.public_id)})
    where = f"/api/v1/tickets/{old.public_id}"

    answer = act.client.get(f"{where}/messages")
    assert answer.status_code == 200, answer.content
    said = answer.json()["results"]
    assert [(one["text"], one["of_ticket"]) for one in said] == [
        ("parcel one", True),
        ("parcel two", True),
    ]
    notes = act.client.get(f"{where}/notes").json()["results"]
    assert [one["text"] for one in notes] == ["Look"]
    promises = act.client.get(f"{where}/clocks").json()
    assert len(promises) == 4


@pytest.mark.parametrize("part", ["links", "siblings", "messages", "notes", "clocks"])
def test_one_row_costs_what_many_cost(act, ask, part):
    one = ask(thread="t")
    where = f"/api/v1/tickets/{one.public_id}/{part}"
    act.client.get(where)
    with CaptureQueriesContext(connection) as few:
        act.client.get(where)
    for number in range(6):
        ask(thread="t", author={"external_id": f"other-{number}"})
        other = ask()
        act(one, "links", {"ticket": str(other.public_id)})
        act(ask(), "merge", {"into": str(one.public_id)})

    with CaptureQueriesContext(connection) as many:
        act.client.get(where)

    assert len(many) == len(few)
