"""People ask what is kept of them, and to be forgotten: by the API."""

import json
from base64 import b64decode

import pytest

from tests.files import png
from tests.webcare.erasures.conftest import MARA, MARK
from webcare.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(as_client, officer):
    return as_client(officer)


def post(client, address, **body):
    return client.post(address, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    "asked", [MARA["handle"], f"@{MARK.upper()}H", MARA["external_id"], "number"]
)
def test_they_are_found_by_handle_by_id_and_by_ticket(
    api, mara, ticket_of, asked, make_ticket
):
    message = mara()
    make_ticket()
    q = f"#{ticket_of(message).pk}" if asked == "number" else asked

    [found] = api.get("/api/v1/people", {"q": q}).json()["results"]

    assert found == {"id": str(message.author.public_id), "channel": "x-shop"} | MARA


def test_a_part_of_a_name_finds_nobody(api, mara):
    mara()

    assert api.get("/api/v1/people", {"q": MARK[:4]}).json()["results"] == []


def test_what_is_kept_is_counted_and_what_stands_in_the_way_is_said(
    api, mara, ticket_of
):
    message = mara()

    told = api.get(f"/api/v1/people/{message.author.public_id}").json()

    assert told["held"]["messages"] == 1
    assert told["held"]["tickets"] == 1
    assert f"#{ticket_of(message).pk}" in told["hindrances"][0]
    assert told["erasure"] is None


def test_all_of_it_is_given_and_nothing_of_others(api, marked, officer):
    answer = api.get(f"/api/v1/people/{marked.public_id}/export")

    given = json.loads(answer.getvalue())
    assert "attachment" in answer.headers["Content-Disposition"]
    assert given["person"]["handle"] == MARA["handle"]
    assert [one["text"] for one in given["messages"]] == [
        f"My red parcel {MARK}?",
        f"My parcel {MARK}?",
    ]
    assert given["messages"][0]["earlier"] == [f"My parcel {MARK}?"]
    assert given["messages"][0]["files"] == [f"https://x.example/{MARK}.png"]
    assert len(given["tickets"]) == 2
    assert given["tickets"][0]["fields"] == {"Who": f"{MARK} there"}
    assert len(given["answers"]) == 2
    assert [one["name"] for one in given["files"]] == [f"{MARK}.png"] * 2
    assert b64decode(given["files"][0]["content"]) == png(MARK.encode())
    assert given["files"][0]["alt"] == f"The parcel of {MARK}"
    assert len(given["notes"]) == 3
    assert [one["comment"] for one in given["surveys"] if one["score"]] == [
        f"Fine, says {MARK}"
    ]
    assert given["lists"][0]["list"] == "Callers"
    assert "mine came" not in answer.getvalue().decode()
    assert AuditEntry.objects.get(what="person_exported").who == officer


def test_an_erasure_is_asked_for_followed_and_kept(
    api, mara, resolve, ticket_of, read_what_can_be
):
    message = mara()
    resolve(ticket_of(message))
    where = f"/api/v1/people/{message.author.public_id}"

    asked = post(api, f"{where}/erasure", reason="request", reference="2026-14")
    begun = api.get(f"{where}/erasure").json()
    read_what_can_be()
    done = api.get(f"/api/v1/erasures/{asked.json()['id']}").json()

    assert asked.status_code == 202
    assert (begun["step"], begun["finished_at"]) == (0, None)
    assert done["finished_at"]
    assert done["step"] == done["steps"]
    assert done["counts"]["messages"] == 1
    assert [one["id"] for one in api.get("/api/v1/erasures").json()["results"]] == [
        done["id"]
    ]
    assert MARK not in json.dumps(done)


def test_what_stands_in_the_way_is_a_conflict(api, mara):
    where = f"/api/v1/people/{mara().author.public_id}/erasure"

    refused = post(api, where, reason="request")

    assert refused.status_code == 409
    assert refused.json()["code"] == "not_erasable"
    assert "Resolve" in refused.json()["detail"]


def test_a_reason_is_one_of_those_there_are(api, mara):
    where = f"/api/v1/people/{mara().author.public_id}/erasure"

    refused = post(api, where, reason="because")

    assert refused.status_code == 422
    assert "request" in refused.json()["errors"]["reason"][0]


def test_counting_costs_the_same_however_much_there_is(
    api, mara, django_assert_num_queries
):
    author = mara().author
    mara()
    from webcare.queries.holdings import counts_of

    with django_assert_num_queries(1):
        counts_of(author)
