"""Behind what came of our answers: a list of just the tickets that were counted."""

from datetime import timedelta
from random import Random
from urllib.parse import urlencode

import pytest

from tests.webcare.api.counted_desk import (
    NOW,
    add_survey,
    add_surveys,
    add_talk,
    assert_lists,
)
from webcare.domain.reports import By
from webcare.models import Ticket


@pytest.mark.parametrize("by", ["", "queue", "topic", "agent", "priority", "week"])
def test_what_our_answers_added_is_listed(as_client, root, counted_desk, by):
    add_talk(Random(6))
    client = as_client(root)
    since = (NOW - timedelta(days=30)).isoformat().replace("+00:00", "Z")

    query = urlencode({"from": since, **({"by": by} if by else {})})
    body = client.get(f"/api/v1/reports/added-value?{query}").json()

    for name in ("engaged", "added", "harm", "silent"):
        assert sum(line[name]["count"] for line in body["results"]), name
    assert_lists(client, "added-value", body)


@pytest.mark.parametrize("by", ["", *By])
@pytest.mark.parametrize("view", ["cohort", "event"])
def test_whom_we_asked_and_what_they_said_is_listed(
    as_client, root, counted_desk, by, view
):
    add_surveys(Random(7))
    client = as_client(root)
    since = (NOW - timedelta(days=15)).isoformat().replace("+00:00", "Z")

    query = {"from": since, "view": view, **({"by": str(by)} if by else {})}
    body = client.get("/api/v1/reports/satisfaction", query).json()

    assert body["results"]
    assert_lists(client, "satisfaction", body)


def test_of_too_few_answers_no_list_says_what_they_were(as_client, root, counted_desk):
    tickets = list(Ticket.objects.order_by("pk")[:5])
    for number, ticket in enumerate(tickets[:4]):
        add_survey(ticket, number, NOW - timedelta(days=1), score=1)
    client = as_client(root)

    def listed(figure):
        body = client.get("/api/v1/reports/satisfaction").json()
        text = f"{body['counted']}&figure={figure}"
        return len(client.get("/api/v1/tickets", {"counted": text}).json()["results"])

    assert (listed("answered"), listed("scores.1"), listed("satisfied")) == (4, 0, 0)
    add_survey(tickets[4], 4, NOW - timedelta(days=1), score=5)
    assert (listed("answered"), listed("scores.1"), listed("satisfied")) == (5, 4, 1)
