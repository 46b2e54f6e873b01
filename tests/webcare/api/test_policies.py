"""Policies over the API: made, changed by versions, put in order, tried, retired."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from webcare.actions import author_lists
from webcare.models import AuditEntry, Clock, Policy, PolicyVersion, Ticket

pytestmark = pytest.mark.django_db
PATH = "/api/v1/policies"
HOUR = {"seconds": 3_600, "time": "calendar"}


@pytest.fixture
def client(as_client, root):
    return as_client(root)


@pytest.fixture
def make(client):
    def make(name="All", **fields):
        body = {"name": name, "promises": {"first_response": HOUR}} | fields
        return client.post(PATH, body, "application/json")

    return make


def test_a_change_is_a_version_and_clocks_keep_theirs(client, make, make_ticket):
    made = make().json()
    ticket = make_ticket(posted_at=timezone.now().isoformat())
    where = f"{PATH}/{made['id']}"
    half = {"promises": {"first_response": {"seconds": 1_800, "time": "calendar"}}}
    changed = client.patch(where, half, "application/json", headers={"If-Match": '"1"'})
    stale = client.patch(where, half, "application/json", headers={"If-Match": '"1"'})

    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.headers["ETag"] == '"2"'
    assert stale.status_code == 412
    clock = Clock.objects.get(ticket=ticket, promise="first_response")
    assert (clock.policy_version.number, clock.target_seconds) == (1, 3_600)
    clocks = client.get(f"/api/v1/tickets/{ticket.public_id}/clocks").json()
    of = {one["promise"]: one["policy"] for one in clocks}
    assert of["resolution"] is None
    assert of["first_response"] == {"id": made["id"], "name": "All", "version": 1}
    numbers = client.get(f"{where}/versions").json()["results"]
    assert [one["number"] for one in numbers] == [2, 1]
    assert set(AuditEntry.objects.values_list("what", flat=True)) >= {
        "policy_made",
        "policy_changed",
    }


def test_policies_are_asked_in_the_order_they_are_put_in(client, make):
    ids = [make(name).json()["id"] for name in ("One", "Two", "Three")]
    turned = client.post(f"{PATH}/order", {"policies": ids[::-1]}, "application/json")
    some = client.post(f"{PATH}/order", {"policies": ids[:2]}, "application/json")

    assert [one["name"] for one in turned.json()] == ["Three", "Two", "One"]
    assert some.status_code == 422
    assert [one["id"] for one in client.get(PATH).json()] == ids[::-1]


def test_a_policy_that_is_tried_changes_nothing(client, make_ticket, power_queue):
    ticket = make_ticket()
    body = {
        "conditions": {"queues": ["shop"]},
        "promises": {"first_response": HOUR, "resolution": None},
    }
    tried = client.post(f"{PATH}/try", body, "application/json").json()
    other = body | {"conditions": {"queues": [power_queue.slug]}}

    assert tried["looked_at"] == 1
    [match] = tried["matched"]
    due = ticket.opened_at + timedelta(hours=1)
    assert match["ticket"] == str(ticket.public_id)
    assert match["promises"] == [
        {
            "promise": "first_response",
            "seconds": 3_600,
            "due_at": due.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert not Policy.objects.exists()
    nothing = client.post(f"{PATH}/try", other, "application/json").json()
    assert nothing["matched"] == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"promises": {}}, "promises"),
        ({"promises": {"first_response": {"seconds": 0}}}, "seconds"),
        ({"conditions": {"queues": ["invented"]}}, "conditions.queues"),
        ({"conditions": {"priorities": ["loud"]}}, "conditions.priorities"),
        ({"calendar": "invented"}, "calendar"),
    ],
)
def test_a_mistake_is_told_under_its_path(make, fields, path):
    answer = make(**fields)

    assert answer.status_code == 422
    assert any(path in name for name in answer.json()["errors"])


def test_what_is_retired_is_not_promised_any_more(client, make, make_ticket):
    made = make().json()
    gone = client.delete(f"{PATH}/{made['id']}")
    ticket = make_ticket()

    assert gone.status_code == 204
    assert client.get(PATH).json() == []
    assert client.get(f"{PATH}/{made['id']}").json()["retired_at"]
    clocks = Clock.objects.filter(ticket=ticket)
    assert not clocks.exclude(policy_version=None).exists()


def test_what_a_policy_said_is_never_rewritten(make):
    make()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PolicyVersion.objects.update(definition={})


def test_a_clock_tells_what_counted_and_what_did_not(client, make, make_ticket, ada):
    from webcare.actions.parking import park_ticket, resume_ticket
    from webcare.domain.lifecycle import Status

    make(promises={"resolution": HOUR, "first_response": None})
    ticket = make_ticket()
    park_ticket(ticket=ticket, user=ada, status=Status.PENDING)
    parked = client.get(f"/api/v1/tickets/{ticket.public_id}/clocks").json()
    resume_ticket(ticket=Ticket.objects.get(pk=ticket.pk), user=ada)
    [clock] = client.get(f"/api/v1/tickets/{ticket.public_id}/clocks").json()

    assert [(one["state"], one["due_at"], one["late_from"]) for one in parked] == [
        ("paused", None, None)
    ]
    assert clock["state"] == "running"
    assert [(one["counted"], one["why"]) for one in clock["spans"]][:2] == [
        (True, "hours"),
        (False, "pending"),
    ]


@pytest.fixture
def press(root):
    return author_lists.make_list(user=root, slug="press", name="Press")


def test_a_policy_is_for_authors_on_a_list(client, make, make_ticket, press, root):
    known = make_ticket().author
    author_lists.list_author(user=root, author_list=press, author=known)
    made = make(conditions={"authors": ["press"]})

    now = timezone.now().isoformat()
    theirs = make_ticket(author={"external_id": known.external_id}, posted_at=now)
    other = make_ticket(posted_at=now)

    assert made.json()["conditions"] == {"authors": ["press"]}
    held = Clock.objects.filter(promise="first_response", policy_version__isnull=False)
    assert [clock.ticket for clock in held] == [theirs]
    assert Clock.objects.filter(ticket=other, promise="first_response").exists()
    body = {"conditions": {"authors": ["press"]}, "promises": {"first_response": HOUR}}
    tried = client.post(f"{PATH}/try", body, "application/json").json()
    assert {one["ticket"] for one in tried["matched"]} == {
        str(one.public_id) for one in Ticket.objects.filter(author=known)
    }


def test_a_list_that_a_policy_asks_for_stays(client, make, press):
    made = make(conditions={"authors": ["press"]}).json()
    unknown = make(conditions={"authors": ["fans"]})

    assert client.delete("/api/v1/author-lists/press").status_code == 409
    assert list(unknown.json()["errors"]) == ["conditions.authors"]
    assert client.delete(f"{PATH}/{made['id']}").status_code == 204
    assert client.delete("/api/v1/author-lists/press").status_code == 204
