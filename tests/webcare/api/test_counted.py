"""Behind every figure that counts: a list of just the tickets that it counted."""

import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.webcare.api.counted_desk import NOW, assert_lists
from webcare.domain.reports import By
from webcare.models import Activity, Ticket, Turn

QUESTIONS = [
    ("response-times", by, asked)
    for by in ("", *By)
    for asked in ({}, {"view": "event"})
] + [
    ("response-times", "queue", {"of": "first"}),
    ("response-times", "", {"of": "next", "clock": "business"}),
    ("response-times", "agent", {"of": "acknowledgement"}),
    ("response-times", "day", {"queue": "shop"}),
    *(("service-level", by, {}) for by in ("", By.QUEUE, By.PRIORITY, By.DAY)),
    ("service-level", By.QUEUE, {"view": "event"}),
    *(("resolutions", by, {}) for by in ("", By.QUEUE)),
    ("resolutions", By.DAY, {"view": "event"}),
    ("reopen-rate", "", {}),
    ("first-contact-resolution", "", {"view": "cohort"}),
    *(("response-rate", by, {}) for by in ("", *By)),
    ("response-rate", By.QUEUE, {"channel": "x-shop"}),
    *(("volume", by, {}) for by in ("", *(one for one in By if one != By.AGENT))),
    ("volume", By.DAY, {"view": "event"}),
    ("agents", "", {}),
    ("agents", "", {"view": "event", "clock": "business"}),
    ("agents", "", {"queue": "shop"}),
]


@pytest.mark.parametrize(("report", "by", "asked"), QUESTIONS)
def test_a_figure_counts_what_is_listed_behind_it(
    as_client, root, counted_desk, report, by, asked
):
    client = as_client(root)
    since = (NOW - timedelta(days=30)).isoformat().replace("+00:00", "Z")
    query = urlencode({"from": since, **asked, **({"by": str(by)} if by else {})})
    body = client.get(f"/api/v1/reports/{report}?{query}").json()

    assert body["results"]
    assert_lists(client, report, body)


@pytest.mark.parametrize("view", ["cohort", "event"])
def test_time_worked_leads_to_what_was_worked_on(
    as_client, root, counted_desk, ada, bo, view
):
    tickets = list(Ticket.objects.order_by("pk"))
    for number, (ticket, who) in enumerate(zip(tickets, [ada, ada, bo], strict=False)):
        began = NOW - timedelta(hours=number + 2)
        ended = began + timedelta(minutes=5)
        Activity.objects.create(ticket=ticket, user=who, began_at=began, ended_at=ended)
    client = as_client(root)

    body = client.get(f"/api/v1/reports/agents?view={view}").json()
    text = f"{body['counted']}&figure=handle_seconds&key={ada.public_id}"
    listed = client.get("/api/v1/tickets", {"counted": text}).json()["results"]

    assert {one["id"] for one in listed} == {str(one.public_id) for one in tickets[:2]}


def test_what_agents_did_is_listed_for_who_may_see_people(
    as_client, root, ada, counted_desk
):
    body = as_client(root).get("/api/v1/reports/agents").json()
    for text in (body["counted"], body["counted"].replace("&by=agent", "")):
        asked = {"counted": f"{text}&figure=answered&key={ada.public_id}"}
        assert as_client(ada).get("/api/v1/tickets", asked).status_code == 403
        assert as_client(root).get("/api/v1/tickets", asked).status_code == 200


def test_what_became_no_ticket_is_in_no_list(
    as_client, root, make_ticket, hear, item, shop
):
    make_ticket()
    hear(shop, item(addressed=False, text="These people again"))
    time.sleep(0.05)
    client = as_client(root)

    body = client.get("/api/v1/reports/response-rate").json()
    text = f"{body['counted']}&figure=monitored.of"
    listed = client.get("/api/v1/tickets", {"counted": text})

    assert body["results"][0]["monitored"]["of"] == 2
    assert len(listed.json()["results"]) == 1


def test_a_ticket_is_listed_once_however_often_it_was_counted(
    as_client, root, make_ticket, ada
):
    ticket = make_ticket()
    Turn.objects.filter(ticket=ticket).update(
        outcome="answered",
        ended_at=NOW,
        calendar_seconds=1,
        business_seconds=1,
        answered_by=ada,
    )
    again = Turn.objects.get(ticket=ticket)
    again.pk, again.number = None, 2
    again.save(force_insert=True)
    time.sleep(0.05)
    client = as_client(root)

    body = client.get("/api/v1/reports/response-times").json()
    listed = client.get("/api/v1/tickets", {"counted": f"{body['counted']}&figure=n"})

    assert body["results"][0]["n"] == 2
    assert [one["id"] for one in listed.json()["results"]] == [str(ticket.public_id)]


@pytest.mark.parametrize(
    "text",
    ["", "report=backlog&figure=n", "figure=n", "report=response-times&figure=x"],
)
def test_what_is_no_figure_is_refused(as_client, root, text):
    answer = as_client(root).get("/api/v1/tickets", {"counted": text or "?"})

    assert answer.status_code == 422
    assert "counted" in answer.json()["errors"]


def test_a_figure_is_of_the_queues_whose_reports_one_sees(
    as_client, root, lena, counted_desk
):
    bodies = [
        as_client(one).get("/api/v1/reports/response-times").json()
        for one in (root, lena)
    ]
    counts = [body["results"][0]["with_target"] for body in bodies]
    assert counts[0] > counts[1] > 0

    for body in bodies:
        text = f"{body['counted']}&figure=with_target"
        listed = as_client(lena).get("/api/v1/tickets", {"counted": text})
        assert len(listed.json()["results"]) == counts[1]


def test_what_a_figure_counted_is_no_view_to_keep(as_client, root):
    client = as_client(root)
    body = client.get("/api/v1/reports/response-times").json()
    view = {"name": "n", "filters": {"counted": f"{body['counted']}&figure=n"}}

    answer = client.post("/api/v1/views", view, content_type="application/json")

    assert answer.status_code == 422
    assert "filters.counted" in answer.json()["errors"]
