"""The schema is complete, and what is answered keeps to it."""

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from conversations.models import Author
from webcare.models import CustomField, Erasure, OnCall, Skill, Tag, Team, User

ROOT = Path(__file__).parents[3]


@cache
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_made_without_a_warning(tmp_path):
    file = tmp_path / "openapi.yaml"

    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)

    assert file.read_text().startswith("openapi: 3.1")


def test_the_schema_and_its_page_are_served(client):
    assert client.get("/api/schema").status_code == 200
    page = client.get("/api/docs")
    script = client.get("/api/docs?script=")

    # Our policy lets no inline script or style run.
    assert page.status_code == script.status_code == 200
    assert b"<style" not in page.content
    assert not re.search(rb"<script(?![^>]*\bsrc=)", page.content)
    assert script.headers["Content-Type"].startswith("application/javascript")


def test_the_doors_without_a_framework_are_in_it():
    assert {"/hooks/{slug}", "/api/v1/channels/{slug}/messages"} <= set(
        schema()["paths"]
    )


def plain(shape):
    return json.loads(json.dumps(shape, default=str))


@cache
def strict_parts():
    """The parts of the schema, but nothing may be there that is not described."""
    parts = plain(schema()["components"])
    for one in parts["schemas"].values():
        if one.get("type") == "object" and "properties" in one:
            one["additionalProperties"] = False
    return parts


def strict(path, verb, status):
    """What holds an answer to the schema; that this is one has a test of its own."""
    answers = schema()["paths"][path][verb]["responses"]
    [content] = [
        content["schema"]
        for kind, content in answers[status]["content"].items()
        if kind == "application/json"
    ]
    shape = {**plain(content), "components": strict_parts()}
    return jsonschema.Draft202012Validator(shape)


@pytest.fixture
def full_ticket(make_ticket, as_client, ada, shop, hear, item, root):
    """A ticket with everything on it that can be shown."""
    ticket = make_ticket(thread="t", author={"external_id": "kim"})
    files = [{"url": "https://example.org/a.png", "name": "a", "type": "image/png"}]
    more = item(thread="t", author={"external_id": "kim"}, attachments=files)
    hear(shop, more)
    hear(shop, more | {"text": "Other", "edited_at": more["posted_at"]})
    client = as_client(ada)
    where = f"/api/v1/tickets/{ticket.public_id}"
    client.post(f"{where}/note", {"text": "Note"}, "application/json")
    type(shop).objects.update(files="x")
    picture = {
        "name": "a.png",
        "content": "R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==",
        "alt": "A meter.",
    }
    made = client.post(f"{where}/attachments", picture, "application/json").json()
    said = {"text": "Hello", "attachments": [made["id"]]}
    client.post(f"{where}/reply", said, "application/json")
    client.post(f"{where}/follow", {}, "application/json")
    case = {"system": "crm", "reference": "CASE-1", "url": "https://example.org/1"}
    client.post(f"{where}/references", case, "application/json")
    CustomField.objects.create(key="account", kind="text", name="Account")
    answers = {"account": "A-1"}
    client.patch(f"{where}/fields", answers, "application/json")
    Tag.objects.create(slug="angry", name="Angry")
    client.post(f"{where}/tag", {"add": ["angry"]}, "application/json")
    Skill.objects.create(slug="legal", name="Law")
    client.post(f"{where}/presence", {"doing": "typing"}, "application/json")
    as_client(root).put(f"{where}/draft", {"text": "Hi"}, "application/json")
    as_client(root).put(f"{where}/note/draft", {"text": "Hi"}, "application/json")
    as_client(root).post(f"{where}/attachments", picture, "application/json")
    User.objects.filter(pk=ada.pk).update(needs_approval=True)
    made = client.post(f"{where}/attachments", picture, "application/json").json()
    said = {"text": "More", "attachments": [made["id"]]}
    client.post(f"{where}/reply", said, "application/json")
    return ticket


@pytest.fixture
def full_subscription(as_client, root):
    """A subscription with a line in its log."""
    client, where = as_client(root), "/api/v1/subscriptions"
    body = {"name": "CRM", "url": "http://127.0.0.1:9/", "events": ["ticket.opened"]}
    made = client.post(where, body, "application/json").json()
    client.post(f"{where}/{made['id']}/test", {}, "application/json")
    return made["id"]


READS = [
    "/api/v1/search?q=parcel",
    "/api/v1/macros",
    "/api/v1/macros/{macro}",
    "/api/v1/views",
    "/api/v1/views/counts",
    "/api/v1/views/mine",
    "/api/v1/views/unassigned/tickets",
    "/api/v1/tickets",
    "/api/v1/tickets/{ticket}",
    "/api/v1/tickets/{ticket}/messages",
    "/api/v1/tickets/{ticket}/replies",
    "/api/v1/tickets/{ticket}/notes",
    "/api/v1/tickets/{ticket}/followers",
    "/api/v1/tickets/{ticket}/references",
    "/api/v1/tickets/{ticket}/events",
    "/api/v1/tickets/{ticket}/clocks",
    "/api/v1/tickets/{ticket}/trace",
    "/api/v1/rules",
    "/api/v1/tickets/{ticket}/links",
    "/api/v1/tickets/{ticket}/siblings",
    "/api/v1/tickets/{ticket}/presence",
    "/api/v1/tickets/{ticket}/draft",
    "/api/v1/tickets/{ticket}/note/draft",
    "/api/v1/drafts",
    "/api/v1/approvals",
    "/api/v1/tickets/{ticket}/state",
    "/api/v1/events",
    "/api/v1/notifications",
    "/api/v1/tags",
    "/api/v1/tags/angry",
    "/api/v1/fields",
    "/api/v1/fields/account",
    "/api/v1/topics",
    "/api/v1/topics/quality",
    "/api/v1/topics/delivery/rules",
    "/api/v1/topics/delivery/examples",
    "/api/v1/channels",
    "/api/v1/calendars",
    "/api/v1/calendars/holidays?year=2026",
    "/api/v1/calendars/office",
    "/api/v1/calendars/office/explain",
    "/api/v1/calendars/office/versions",
    "/api/v1/calendars/office/versions/1",
    "/api/v1/policies",
    "/api/v1/policies/{policy}",
    "/api/v1/policies/{policy}/versions",
    "/api/v1/queues",
    "/api/v1/agents",
    "/api/v1/me",
    "/api/v1/me/notifications",
    "/api/v1/me/second-step",
    "/api/v1/me/sessions",
    "/api/v1/audit",
    "/api/v1/skills",
    "/api/v1/skills/legal",
    "/api/v1/teams",
    "/api/v1/tokens",
    "/api/v1/work/set-aside",
    "/api/v1/reports/response-times",
    "/api/v1/reports/resolutions",
    "/api/v1/reports/backlog",
    "/api/v1/reports/service-level",
    "/api/v1/reports/reopen-rate",
    "/api/v1/reports/first-contact-resolution",
    "/api/v1/reports/volume",
    "/api/v1/reports/usual-day",
    "/api/v1/reports/agents",
    "/api/v1/reports/skipped",
    "/api/v1/desk",
    "/api/v1/routing",
    "/api/v1/routing/versions",
    "/api/v1/author-lists",
    "/api/v1/imports",
    "/api/v1/people?q=kim",
    "/api/v1/people/{person}",
    "/api/v1/people/{person}/erasure",
    "/api/v1/erasures",
    "/api/v1/retention",
    "/api/v1/erasures/{erasure}",
    "/api/v1/topics/triage",
    "/api/v1/topics/merges",
    "/api/v1/topics/samples",
    "/api/v1/tickets/{ticket}/readings",
    "/api/v1/tickets/{ticket}/topic",
    "/api/v1/tickets/{ticket}/topic/replay",
    "/api/v1/reports/live",
    "/api/v1/listening/decisions",
    "/api/v1/listening/topics",
    "/api/v1/alarms",
    "/api/v1/tickets/{ticket}/acts",
    "/api/v1/tickets/{ticket}/consultations",
    "/api/v1/tickets/{ticket}/surveys",
    "/api/v1/reports/satisfaction",
    "/api/v1/report-schedules",
    "/api/v1/reports/response-rate",
    "/api/v1/reports/added-value",
    "/api/v1/on-call",
    "/api/v1/on-call/{on_call_id}",
    "/api/v1/subscriptions",
    "/api/v1/subscriptions/{subscription}",
    "/api/v1/subscriptions/{subscription}/deliveries",
]


def _path(address):
    """The path of the schema that an address is of."""
    path = re.sub(r"/views/(mine|unassigned)", "/views/{view}", address.split("?")[0])
    path = re.sub(r"/versions/1$", "/versions/{number}", path)
    path = path.replace("/topics/delivery/", "/topics/{slug}/")
    path = path.replace("/tags/angry", "/tags/{slug}")
    path = path.replace("/skills/legal", "/skills/{slug}")
    path = path.replace("/fields/account", "/fields/{key}")
    return path.replace("/calendars/office", "/calendars/{slug}")


@pytest.fixture
def full_macro(as_client, root, full_ticket, delivery_topic, shop_queue):
    """A macro with all that one can have."""
    team = Team.objects.create(name="Evening")
    team.members.add(root)
    body = {
        "name": "Hello",
        "owned_by": "team",
        "team": str(team.public_id),
        "texts": [{"channel": "x-shop", "language": "nl", "text": "Hallo"}],
        "priority": "high",
        "topic": delivery_topic.slug,
        "queue": shop_queue.slug,
        "agent_is": "other",
        "agent": str(root.public_id),
        "tags": ["angry"],
        "answers": {"account": "A-1"},
        "then": "pending",
    }
    made = as_client(root).post("/api/v1/macros", body, "application/json")
    return made.json()["id"]


def test_a_macro_in_use_is_what_the_schema_says(as_client, root, full_ticket):
    client = as_client(root)
    body = {"name": "Hi", "texts": [{"text": "Hi"}]}
    macro = client.post("/api/v1/macros", body, "application/json").json()["id"]
    where = f"/api/v1/tickets/{full_ticket.public_id}/macro"
    shape = strict("/api/v1/tickets/{ticket}/macro", "post", "200")

    for use in ({}, {"send": True}):
        answer = client.post(where, {"macro": macro} | use, "application/json")
        assert answer.status_code == 200
        shape.validate(answer.json())


@pytest.fixture
def full_calendar(as_client, root):
    """A calendar with all that one can have."""
    hours = [{"from": "09:00", "until": "17:00"}]
    extra = {"from": "2026-01-01T10:00", "until": "2026-01-01T11:00", "reason": "Cut"}
    body = {
        "slug": "office",
        "name": "Office",
        "time_zone": "Europe/Amsterdam",
        "week": {"monday": hours},
        "holidays": [{"date": "2026-12-24", "name": "Eve", "hours": hours}],
        "extras": [{"open": True, **extra}],
    }
    made = as_client(root).post("/api/v1/calendars", body, "application/json")
    assert made.status_code == 201


@pytest.fixture
def full_policy(as_client, root, shop_queue, full_calendar):
    """A policy with all that one can have."""
    target = {
        "seconds": 3_600,
        "time": "business",
        "by_priority": {"urgent": 900},
        "warnings": [{"fraction": 0.8}, {"before": 300}],
        "pauses_while": ["on_hold"],
    }
    body = {
        "name": "Shop",
        "conditions": {"queues": ["shop"], "priorities": ["high", "urgent"]},
        "promises": {"first_response": target, "resolution": None},
        "calendar": "office",
    }
    made = as_client(root).post("/api/v1/policies", body, "application/json")
    assert made.status_code == 201
    return made.json()["id"]


@pytest.fixture
def full_on_call(ada):
    """Somebody on call with all that one can have."""
    given = {"email": "night@example.org", "webhook_url": "https://example.org/hook"}
    return OnCall.objects.create(position=9, name="Night", user=ada, **given).public_id


@pytest.fixture
def full_erasure(root, shop):
    """Somebody who is erased, and has the handle of somebody else."""
    author = Author.objects.create(channel=shop, external_id="p", handle="kim")
    Author.objects.create(channel=shop, external_id="q", handle="Kim")
    return Erasure.objects.create(
        author=author, asked_by=root, reason="request", counts={"notes": 1}
    )


def test_what_is_read_is_what_the_schema_says(
    as_client,
    root,
    full_ticket,
    full_subscription,
    full_macro,
    full_policy,
    full_on_call,
    full_erasure,
):
    client = as_client(root)
    things = {
        "policy": full_policy,
        "on_call_id": full_on_call,
        "ticket": full_ticket.public_id,
        "subscription": full_subscription,
        "macro": full_macro,
        "person": full_erasure.author.public_id,
        "erasure": full_erasure.public_id,
    }

    wrong = {one: _wrong(client.get(one.format(**things)), one) for one in READS}

    assert {one: said for one, said in wrong.items() if said} == {}


def _wrong(answer, address):
    """What the schema does not say about an answer, if anything."""
    if answer.status_code != 200:
        return str(answer.status_code)
    found = strict(_path(address), "get", "200").iter_errors(answer.json())
    return "; ".join(f"{one.json_path}: {one.message:.300}" for one in found)


def test_every_read_of_the_schema_is_held_to_it():
    reads = {path for path, item in schema()["paths"].items() if "get" in item}

    assert reads - {_path(path) for path in READS} == {
        "/api/v1/live",  # has no end, and tests of its own
        "/api/v1/exports/{what}",  # as this
        "/api/v1/attachments/{attachment}",  # bytes, with tests of their own
        "/api/v1/report-schedules/{schedule}",
        "/api/v1/agents/{agent}",
        "/api/v1/teams/{team}",
        "/api/v1/queues/{slug}/members",
        "/api/v1/channels/{slug}/weight",
        "/api/v1/approvals/{approval}",
        "/api/v1/topics/{slug}",
        "/api/v1/topics/{slug}/skills",
        "/api/v1/topics/train/{training}",
        "/api/v1/topics/samples/{sample}",
        "/api/v1/topics/samples/{sample}/tickets",
        "/api/v1/channels/{slug}",
        "/api/v1/queues/{slug}",
        "/api/v1/queues/{slug}/survey",
        "/api/v1/bulk/{job}/items",
        "/api/v1/bulk/{job}",
        "/api/v1/rules/{rule}",
        "/api/v1/routing/versions/{number}",
        "/api/v1/author-lists/{slug}",
        "/api/v1/imports/{job}",  # these are read in the tests of imports
        "/api/v1/imports/{job}/picture",
        "/api/v1/imports/{job}/problems",
        "/api/v1/people/{person}/export",  # in those of erasures
    }
