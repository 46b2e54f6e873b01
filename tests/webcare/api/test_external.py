"""People who work for somebody else: their own queues, and not a word of others."""

import json

import pytest

from conversations.models import Channel
from webcare.actions.automation import make_rule
from webcare.actions.followers import follow_ticket
from webcare.actions.macros import make_macro
from webcare.actions.notes import add_note
from webcare.actions.tickets import claim_ticket, route_ticket
from webcare.domain.macros import Owner, Wording
from webcare.domain.permissions import Role
from webcare.models import (
    CustomField,
    Membership,
    Notification,
    Tag,
    Team,
    TicketTag,
    Topic,
    TopicRule,
    User,
    View,
)

pytestmark = pytest.mark.django_db
JSON = "application/json"
# Of the power queue, of which nobody outside it is to know.
SECRETS = (
    "zebra",
    "power",
    "outage",
    "ombudsman",
    "meter-number",
    "Pim",
    "callback.example",
)
WALK = (
    "tickets",
    "tickets?q=zebra",
    "tickets?topic=outage",
    "search?q=zebra",
    "search?q=from:@zelda",
    "views",
    "views/counts",
    "views/unassigned/tickets",
    "events",
    "notifications",
    "drafts",
    "approvals",
    "alarms",
    "tags",
    "fields",
    "topics",
    "channels",
    "channels/x-shop",
    "queues",
    "agents",
    "macros",
    "skills",
    "teams",
    "me",
    "reports/response-times?by=queue",
    "reports/resolutions?by=topic",
    "reports/response-times?by=queue&format=csv",
    "reports/backlog",
)
BESIDE = ("", "/events", "/messages", "/notes", "/links", "/siblings", "/followers")


@pytest.fixture
def eva(shop_queue):
    user = User.objects.create_user("eva", first_name="Eva", is_external=True)
    Membership.objects.create(user=user, queue=shop_queue, role=Role.AGENT)
    return user


@pytest.fixture
def pim(power_queue):
    user = User.objects.create_user("pim", first_name="Pim")
    Membership.objects.create(user=user, queue=power_queue, role=Role.AGENT)
    return user


@pytest.fixture
def desk(shop, power_queue, shop_queue, pim, root, make_ticket):
    """Two queues with everything that has a name; returns a ticket of each."""
    Channel.objects.update(callback_url="https://callback.example/", stopped_because="")
    outage = Topic.objects.create(slug="outage", name="Outage", queue=power_queue)
    Topic.objects.create(slug="zebra-crossing", name="Zebra", parent=outage)
    TopicRule.objects.create(topic=outage, kind="word", pattern="zebra")
    CustomField.objects.create(
        key="meter-number", kind="text", name="Meter", queue=power_queue
    )
    CustomField.objects.create(key="size", kind="text", name="Size", queue=shop_queue)
    theirs = make_ticket(
        text="A zebra is loose",
        author={"external_id": "z", "handle": "zelda", "name": "Zelda"},
    )
    ours = make_ticket()
    theirs.refresh_from_db()
    assert theirs.queue == power_queue
    for slug, ticket in (("ombudsman", theirs), ("nice", ours)):
        TicketTag.objects.create(
            ticket=ticket, tag=Tag.objects.create(slug=slug, name=slug)
        )
    claim_ticket(ticket=theirs, user=pim)
    for name, queue in (("To power", power_queue), ("To shop", shop_queue)):
        make_macro(
            user=root,
            name=name,
            owned_by=Owner.DESK,
            texts=[Wording(None, "", "Hello")],
            queue=queue,
        )
    team = Team.objects.create(name="Evening")
    team.members.add(*User.objects.all())
    for audience in ({"audience": "desk"}, {"audience": "team", "team": team}):
        View.objects.create(
            owner=root, name="P", filters={"queue": "power"}, **audience
        )
    return ours, theirs


def everything_told(client, ours):
    for path in WALK:
        yield path, client.get(f"/api/v1/{path}")
    for part in BESIDE:
        path = f"tickets/{ours.public_id}{part}"
        yield path, client.get(f"/api/v1/{path}")


def test_nothing_anywhere_tells_of_queues_they_are_not_in(eva, desk, as_client):
    ours, theirs = desk

    for path, answer in everything_told(as_client(eva), ours):
        assert answer.status_code == 200, path
        told = answer.content.decode()
        assert str(theirs.public_id) not in told, path
        assert [word for word in SECRETS if word in told] == [], path


def test_a_ticket_that_was_elsewhere_does_not_say_where(
    eva, desk, as_client, root, power_queue, shop_queue
):
    ours, _theirs = desk
    route_ticket(ticket=ours, user=root, queue=power_queue)
    route_ticket(ticket=ours, user=root, queue=shop_queue)
    address = f"/api/v1/tickets/{ours.public_id}/events"

    told = as_client(eva).get(address).json()["results"]
    queues = [one["data"].get("queue") for one in told if one["kind"] == "routed"]
    assert queues[-2:] == [None, "shop"]
    inside = as_client(root).get(address).json()["results"]
    assert "power" in json.dumps(inside)


def test_what_is_theirs_they_know(eva, desk, as_client):
    client = as_client(eva)

    def slugs(path, name="slug"):
        found = client.get(f"/api/v1/{path}").json()
        rows = found if isinstance(found, list) else found["results"]
        return {one[name] for one in rows}

    assert slugs("topics") == {"delivery"}
    assert slugs("fields", "key") == {"size"}
    assert slugs("tags") == {"nice"}
    assert slugs("queues") == {"shop"}
    assert slugs("macros", "name") == {"To shop"}


def test_they_are_refused_what_counts_the_whole_desk(eva, desk, as_client):
    client = as_client(eva)

    for path in ("listening/decisions", "listening/decisions?format=csv"):
        assert client.get(f"/api/v1/{path}").status_code == 403
    assert client.get("/api/v1/topics/quality").status_code == 403


def test_they_cannot_name_what_they_do_not_know(eva, desk, as_client, shop_queue):
    ours, _theirs = desk
    client, where = as_client(eva), f"/api/v1/tickets/{ours.public_id}"

    for path, body in (
        ("route", {"queue": "power"}),
        ("classify", {"topic": "outage"}),
        ("tag", {"add": ["ombudsman"]}),
    ):
        assert client.post(f"{where}/{path}", body, JSON).status_code == 422
    assert client.get("/api/v1/topics/outage").status_code == 404
    told = client.post(
        "/api/v1/topics/predict", [{"text": "a zebra"}], JSON
    ).content.decode()
    assert "outage" not in told


def test_they_are_told_of_nothing_that_left_their_sight(
    eva, desk, as_client, root, power_queue
):
    ours, theirs = desk
    follow_ticket(ticket=ours, user=eva)
    add_note(ticket=ours, user=root, text="@eva look")
    assert Notification.objects.filter(user=eva).count() == 1

    route_ticket(ticket=ours, user=root, queue=power_queue)
    add_note(ticket=ours, user=root, text="@eva a zebra")

    assert as_client(eva).get("/api/v1/notifications").json()["results"] == []
    assert Notification.objects.filter(user=eva).count() == 1


def test_colleagues_of_the_desk_know_all_of_it(desk, as_client, root):
    client = as_client(root)

    assert "callback.example" in client.get("/api/v1/channels").content.decode()
    topics = {one["slug"] for one in client.get("/api/v1/topics").json()}
    assert topics == {"delivery", "outage", "zebra-crossing"}
    assert client.get("/api/v1/listening/decisions").status_code == 200


def test_rules_of_other_queues_leave_no_trace_that_they_can_read(
    eva, desk, as_client, root, power_queue
):
    ours, _theirs = desk
    definition = {
        "trigger": {"events": ["opened"]},
        "actions": [{"do": "tag", "tag": "ombudsman"}],
    }
    make_rule(user=root, name="Zebra", definition=definition, queue=power_queue)

    assert as_client(eva).get("/api/v1/rules").status_code == 403
