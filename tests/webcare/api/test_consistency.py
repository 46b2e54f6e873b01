"""The same thing is said the same way everywhere."""

import re
from pathlib import Path

import pytest

from webcare.actions.followers import follow_ticket
from webcare.actions.macros import make_macro
from webcare.domain.macros import Owner, Wording
from webcare.models import AuditEntry, TicketEvent, TopicRule

pytestmark = pytest.mark.django_db
JSON = "application/json"
API = Path(__file__).parents[3] / "webcare" / "api"
# Bodies that are no object of known names: answers by key, texts in a list.
OWN_WAY = {"fields.py", "topic_examples.py"}


def test_every_body_is_read_in_one_place():
    reads = {
        path.name for path in API.glob("*.py") if "request.data" in path.read_text()
    }

    assert reads == OWN_WAY | {"inputs.py"}


@pytest.mark.parametrize(
    ("path", "body", "unknown"),
    [
        ("note", {"text": "Hi", "colour": 1}, "colour"),
        ("claim", {"force": True}, "force"),
        ("reply", {"text": "Hi", "txt": "Hi"}, "txt"),
        ("priority", {"priority": "high", "Reason": "x"}, "Reason"),
    ],
)
def test_what_nothing_reads_is_refused_by_its_name(
    ticket, as_client, ada, path, body, unknown
):
    where = f"/api/v1/tickets/{ticket.public_id}/{path}"

    answer = as_client(ada).post(where, body, JSON)

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {unknown}
    ticket.refresh_from_db()
    assert (ticket.version, ticket.agent) == (ticket.version, None)


def test_also_within_a_list(as_client, root, shop_queue):
    body = {"skills": [{"skill": "english", "levl": 2}]}

    answer = as_client(root).patch("/api/v1/queues/shop", body, JSON)

    assert answer.status_code == 422
    assert "skills.0.levl" in answer.json()["errors"]


PERSON = {"id", "name"}


def persons_in(value, name=""):
    """Every member of an answer whose name is that of a person."""
    if isinstance(value, list):
        for one in value:
            yield from persons_in(one, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in NAMES and one is not None:
                yield key, one
            elif key != "data":
                yield from persons_in(one, key)


NAMES = {
    *("author", "agent", "owner", "lead", "actor", "written_by", "approved_by"),
    *("decided_by", "asked_by", "acknowledged_by", "who", "whom", "writer"),
}


def test_persons_are_always_an_id_and_a_name(ticket, as_client, ada, root, lena):
    client, where = as_client(ada), f"/api/v1/tickets/{ticket.public_id}"
    client.post(f"{where}/note", {"text": "Note"}, JSON)
    client.post(f"{where}/reply", {"text": "Hello"}, JSON)
    client.post(f"{where}/claim", {}, JSON)
    found = []
    for part in ("", "/notes", "/replies", "/events", "/messages", "/state"):
        found += persons_in(client.get(f"{where}{part}").json())
    found += persons_in(as_client(root).get("/api/v1/audit").json())
    found += persons_in(as_client(root).get("/api/v1/tokens").json())

    assert len(found) > 8
    for name, one in found:
        assert set(one) >= PERSON, (name, one)


@pytest.mark.parametrize("path", ["audit", "tokens", "topics/delivery/rules"])
def test_what_grows_is_paged_and_known_by_a_public_id(
    as_client, root, delivery_topic, path
):
    for number in range(3):
        AuditEntry.objects.create(what="role_given", who=root, whom=root)
        TopicRule.objects.create(
            topic=delivery_topic, kind="word", pattern=f"box{number}"
        )
    as_client(root)
    as_client(root)
    client = as_client(root)

    first = client.get(f"/api/v1/{path}?limit=2").json()
    second = client.get(first["next"]).json()
    back = client.get(second["previous"]).json()

    ids = [one["id"] for page in (first, second) for one in page["results"]]
    assert len(ids) == len(set(ids)) >= 2
    assert all(re.fullmatch(r"[0-9a-f-]{36}", one) for one in ids)
    assert back["results"] == first["results"]


def test_a_rule_of_a_topic_and_a_token_end_by_their_id(as_client, root, delivery_topic):
    client = as_client(root)
    [rule] = client.get("/api/v1/topics/delivery/rules").json()["results"]
    [token] = client.get("/api/v1/tokens").json()["results"]

    gone = client.delete(f"/api/v1/topics/delivery/rules/{rule['id']}")
    ended = client.post(f"/api/v1/tokens/{token['id']}/revoke", {}, JSON)

    assert (gone.status_code, ended.status_code) == (204, 200)
    assert not TopicRule.objects.exists()
    assert client.get("/api/v1/tokens").status_code == 401


def test_why_names_topics_and_rules_as_clients_know_them(
    ticket, as_client, ada, delivery_topic
):
    [rule] = delivery_topic.rules.all()
    told = as_client(ada).get(f"/api/v1/tickets/{ticket.public_id}/events").json()
    why = {one["kind"]: one["data"].get("why") for one in told["results"]}

    [spoke] = why["classified"]["rules"]
    assert (spoke["topic"], spoke["rule"]) == ("delivery", str(rule.public_id))
    assert why["routed"] == {"by": "topic", "topic": "delivery"}
    kept = TicketEvent.objects.get(ticket=ticket, kind="routed").data["why"]
    assert kept["topic"] == delivery_topic.pk


def test_what_is_closed_cannot_be_reopened_and_is_not_said_to(
    ticket, make_ticket, as_client, ada
):
    other = make_ticket()
    client = as_client(ada)
    where = f"/api/v1/tickets/{ticket.public_id}"
    body = {"into": str(other.public_id), "even_if_other_author": True}
    assert client.post(f"{where}/merge", body, JSON).status_code == 200

    refused = client.post(f"{where}/reply", {"text": "Hi"}, JSON)

    assert refused.status_code == 409
    assert "reopen" not in refused.json()["detail"]


def test_a_dry_run_takes_what_making_a_rule_takes(ticket, as_client, root):
    body = {
        "name": "Urgent",
        "is_enabled": True,
        "position": 3,
        "queue": "shop",
        "trigger": {"events": ["opened"]},
        "conditions": {},
        "actions": [{"do": "priority", "priority": "urgent", "reason": "VIP"}],
    }
    client = as_client(root)

    tried = client.post("/api/v1/rules/dry-run", {**body, "last": 5}, JSON)
    made = client.post("/api/v1/rules", body, JSON)

    assert (tried.status_code, made.status_code) == (200, 201)
    [one] = tried.json()["results"]
    assert one["ticket"] == str(ticket.public_id)
    wrong = {**body, "actions": [{"do": "dance"}]}
    errors = client.post("/api/v1/rules/dry-run", wrong, JSON).json()["errors"]
    assert set(errors) == {"actions.0.do"}


def test_a_bulk_priority_keeps_its_reason(ticket, as_client, lena, pump):
    action = {"do": "priority", "priority": "high", "reason": "Storm"}
    body = {"tickets": [str(ticket.public_id)], "action": action}

    answer = as_client(lena).post("/api/v1/tickets/bulk", body, JSON)
    pump()

    assert answer.status_code == 202
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_reason) == ("high", "Storm")


def test_addresses_are_told_to_those_who_may_see_people(as_client, ada, lena, bo):
    bo.email, bo.language = "bo@example.org", "nl"
    bo.save()
    where = f"/api/v1/agents/{bo.public_id}"

    by_lead, by_agent = (as_client(one).get(where).json() for one in (lena, ada))
    own = as_client(bo).get(where).json()

    assert (by_lead["email"], by_lead["language"]) == ("bo@example.org", "nl")
    assert own["email"] == "bo@example.org"
    assert (by_agent["email"], by_agent["language"]) == (None, None)


def test_a_list_says_what_its_reader_follows(ticket, make_ticket, as_client, ada, bo):
    other = make_ticket()
    follow_ticket(ticket=ticket, user=ada)

    def following(user, path):
        rows = as_client(user).get(path).json()["results"]
        return {one["id"]: one["following"] for one in rows}

    for path in ("/api/v1/tickets", "/api/v1/views/unassigned/tickets"):
        told = following(ada, path)
        assert told == {str(ticket.public_id): True, str(other.public_id): False}
    assert not any(following(bo, "/api/v1/tickets").values())


def test_a_search_by_author_or_number_alone_answers(make_ticket, as_client, ada):
    kim = {"external_id": "kim", "handle": "kim", "name": "Kim"}
    tickets = [make_ticket(author=kim) for _ in range(3)]
    make_ticket(author={"external_id": "joe", "handle": "joe", "name": "Joe"})
    client = as_client(ada)

    first = client.get("/api/v1/search?q=from:@kim&limit=2").json()
    second = client.get(first["next"]).json()
    number = client.get(f"/api/v1/search?q=%23{tickets[0].pk}").json()

    found = [
        hit["ticket"]["number"] for page in (first, second) for hit in page["results"]
    ]
    assert found == [one.pk for one in reversed(tickets)]
    assert {hit["matched"] for hit in first["results"]} == {"author"}
    assert second["next"] is None
    [hit] = number["results"]
    assert (hit["ticket"]["number"], hit["matched"]) == (tickets[0].pk, "number")
    assert client.get("/api/v1/search?q=queue:shop").status_code == 422


def test_a_macro_is_changed_by_who_has_seen_it(as_client, root):
    macro = make_macro(
        user=root,
        name="Hi",
        owned_by=Owner.DESK,
        texts=[Wording(None, "", "Hi")],
    )
    where, client = f"/api/v1/macros/{macro.public_id}", as_client(root)
    seen = client.get(where).headers["ETag"]

    def change(name, tag):
        return client.patch(where, {"name": name}, JSON, headers={"If-Match": tag})

    assert change("Hello", seen).headers["ETag"] != seen
    assert change("Bye", seen).status_code == 412
    assert change("Bye", '"none of ours"').status_code == 412
    assert client.get(where).json()["name"] == "Hello"


def test_an_approval_lasts_as_long_as_its_queue_says(
    ticket, as_client, ada, root, shop_queue
):
    changed = as_client(root).patch(
        "/api/v1/queues/shop", {"needs_approval": True, "approval_hours": 2}, JSON
    )
    where = f"/api/v1/tickets/{ticket.public_id}/reply"

    as_client(ada).post(where, {"text": "Hi"}, JSON)

    [waits] = as_client(ada).get("/api/v1/approvals").json()["results"]
    assert changed.json()["approval_hours"] == 2
    hours = _hours(waits["asked_at"], waits["expires_at"])
    assert hours == pytest.approx(2, abs=0.01)


def _hours(begin, end):
    from datetime import datetime

    moments = [datetime.fromisoformat(one) for one in (begin, end)]
    return (moments[1] - moments[0]).total_seconds() / 3_600


@pytest.mark.parametrize("path", ["tickets/123", "tickets/123/reply", "nothing"])
def test_what_is_no_address_is_refused_as_everything_is(client, path):
    answers = [getattr(client, verb)(f"/api/v1/{path}") for verb in ("get", "post")]

    assert [one.status_code for one in answers] == [404, 404]
    assert {one.headers["Content-Type"] for one in answers} == {
        "application/problem+json"
    }
    assert {one.json()["code"] for one in answers} == {"not_found"}
