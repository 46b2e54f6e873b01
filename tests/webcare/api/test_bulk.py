"""Changes of many tickets through the API."""

import pytest

from webcare.actions import bulk_selection
from webcare.models import BulkJob, Ticket

WHERE = "/api/v1/tickets/bulk"


@pytest.fixture
def tickets(hear, shop, item, delivery_topic):
    hear(shop, *(item() for _ in range(3)))
    return list(Ticket.objects.order_by("pk"))


@pytest.fixture
def lead(as_client, lena):
    return as_client(lena)


def ask(client, **body):
    action = {"do": "priority", "priority": "high"}
    return client.post(WHERE, {"action": action, **body}, "application/json")


def test_a_job_is_asked_for_followed_and_undone(lead, tickets, pump):
    made = ask(lead, filter={"queue": "shop", "status": "live"})
    where = f"/api/v1/bulk/{made.json()['id']}"

    assert (made.status_code, made.json()["state"]) == (202, "running")
    assert made.json()["filter"] == {"queue": "shop", "status": "live"}
    pump()
    assert (
        lead.get(where).json() | {"done": 3, "state": "done"} == lead.get(where).json()
    )
    undone = lead.post(f"{where}/undo", {}, "application/json")
    assert (undone.status_code, undone.json()["state"]) == (202, "undoing")
    pump()
    assert lead.get(where).json()["undone"] == 3
    assert lead.post(f"{where}/cancel", {}, "application/json").status_code == 409


def test_items_come_a_page_at_a_time_with_what_became_of_each(lead, tickets, pump):
    Ticket.objects.filter(pk=tickets[0].pk).update(is_danger=True)
    made = ask(lead, tickets=[str(one.public_id) for one in tickets])
    where = f"/api/v1/bulk/{made.json()['id']}/items"
    pump()

    first = lead.get(where, {"limit": 2}).json()
    second = lead.get(first["next"]).json()
    skipped = lead.get(where, {"state": "skipped"}).json()["results"]

    found = [*first["results"], *second["results"]]
    assert [row["number"] for row in found] == [one.pk for one in tickets]
    assert [(row["state"], row["code"]) for row in skipped] == [("skipped", "danger")]
    assert second["next"] is None


def test_the_same_request_twice_is_one_job(lead, tickets):
    body = {"action": {"do": "release"}, "filter": {}}
    headers = {"Idempotency-Key": "b-1"}

    first = lead.post(WHERE, body, "application/json", headers=headers)
    again = lead.post(WHERE, body, "application/json", headers=headers)

    assert first.json() == again.json()
    assert BulkJob.objects.count() == 1


def test_a_job_is_its_askers_alone(lead, tickets, as_client, ada):
    made = ask(lead, filter={}).json()
    other = as_client(ada)

    for path in ("", "/items"):
        assert other.get(f"/api/v1/bulk/{made['id']}{path}").status_code == 404
    undo = other.post(f"/api/v1/bulk/{made['id']}/undo", {}, "application/json")
    assert undo.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "tickets"),
        ({"filter": {}, "tickets": []}, "tickets"),
        ({"tickets": []}, "tickets"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"status": "lost"}}, "filter.status"),
        ({"filter": {"queue": "x\0"}}, "filter.queue"),
        ({"filter": {}, "action": {"do": "fly"}}, "action.do"),
        ({"filter": {}, "action": None}, "action"),
        ({"filter": {}, "action": []}, "action.do"),
        ({"filter": {}, "action": {"do": "reply"}}, "action.do"),
        ({"filter": {}, "action": {"do": "route", "queue": "gone"}}, "action.queue"),
        (
            {"tickets": ["00000000-0000-0000-0000-000000000000"]},
            "tickets",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_where_it_is_wrong(lead, tickets, body, field):
    answer = ask(lead, **body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_too_many_are_refused_with_what_to_do(lead, tickets, monkeypatch):
    monkeypatch.setattr(bulk_selection, "MOST_FOUND", 2)

    answer = ask(lead, filter={})

    assert answer.status_code == 422
    assert "ask for fewer" in answer.json()["errors"]["filter"][0]
