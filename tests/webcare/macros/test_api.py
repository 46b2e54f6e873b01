"""Macros as the API keeps, shows and uses them."""

import pytest

from webcare.models import (
    Macro,
    TicketTag,
)

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def adas(as_client, ada):
    return as_client(ada)


@pytest.fixture
def body(delivery_topic, shop_queue, shop, angry):
    return {
        "name": "Late parcel",
        "texts": [
            {"text": "Sorry, {{author.name}}."},
            {"channel": shop.slug, "language": "nl", "text": "Excuus!"},
        ],
        "then": "pending",
        "priority": "high",
        "topic": delivery_topic.slug,
        "tags": ["angry"],
    }


def test_macros_are_kept_listed_changed_and_removed(adas, body):
    made = adas.post("/api/v1/macros", body, JSON)
    where = f"/api/v1/macros/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json()["texts"][1] == {
        "channel": "x-shop",
        "language": "nl",
        "text": "Excuus!",
    }
    assert adas.get(where).json() == made.json()
    assert adas.get("/api/v1/macros").json()["results"] == [made.json()]
    changed = adas.patch(where, {"priority": None, "texts": []}, JSON).json()
    assert (changed["priority"], changed["texts"]) == (None, [])
    assert changed["tags"] == ["angry"]
    assert adas.delete(where).status_code == 204
    assert adas.get(where).status_code == 404


def test_anothers_macro_is_not_there(adas, as_client, bo, body, ticket):
    made = adas.post("/api/v1/macros", body, JSON).json()
    where, bos = f"/api/v1/macros/{made['id']}", as_client(bo)
    on = f"/api/v1/tickets/{ticket.public_id}/macro"

    assert bos.get("/api/v1/macros").json()["results"] == []
    assert bos.get(where).status_code == 404
    assert bos.patch(where, {"name": "X"}, JSON).status_code == 404
    assert bos.delete(where).status_code == 404
    assert bos.post(on, {"macro": made["id"]}, JSON).status_code == 404


def test_a_macro_of_the_desk_is_changed_by_who_shares_with_all(
    adas, as_client, root, body
):
    desks = as_client(root).post("/api/v1/macros", body | {"owned_by": "desk"}, JSON)
    where = f"/api/v1/macros/{desks.json()['id']}"

    assert adas.get(where).status_code == 200
    assert adas.patch(where, {"name": "X"}, JSON).status_code == 403
    assert adas.delete(where).status_code == 403


def test_a_use_is_shown_then_applied_then_sent_once(adas, body, ticket):
    macro = adas.post("/api/v1/macros", body, JSON).json()["id"]
    on = f"/api/v1/tickets/{ticket.public_id}/macro"

    shown = adas.post(on, {"macro": macro}, JSON).json()
    assert (shown["text"], shown["applied"]) == ("Sorry, Kim.", False)
    assert (shown["changes"]["priority"], shown["reply"]) == ("high", None)
    assert not TicketTag.objects.exists()

    applied = adas.post(on, {"macro": macro, "apply": True, "key": "k"}, JSON).json()
    assert (applied["text"], applied["applied"]) == ("Sorry, Kim.", True)
    sent = [
        adas.post(on, {"macro": macro, "send": True, "key": "k"}, JSON).json()
        for _ in range(2)
    ]
    assert sent[0]["reply"]["id"] == sent[1]["reply"]["id"]
    assert sent[0]["reply"]["text"] == "Sorry, Kim."
    assert Macro.objects.get().usage_count == 1


def test_a_stale_tag_stops_applying_and_only_news_stops_sending(adas, body, ticket):
    macro = adas.post("/api/v1/macros", body, JSON).json()["id"]
    on = f"/api/v1/tickets/{ticket.public_id}"
    tag = adas.get(on)["ETag"]
    adas.post(f"{on}/priority", {"priority": "low", "reason": "Said so"}, JSON)
    use, headers = {"macro": macro}, {"if-match": tag}

    applied = adas.post(f"{on}/macro", use | {"apply": True}, JSON, headers=headers)
    sent = adas.post(f"{on}/macro", use | {"send": True}, JSON, headers=headers)

    assert (applied.status_code, sent.status_code) == (412, 200)


def test_a_list_of_many_costs_what_one_does(
    adas, body, django_assert_num_queries, ada, angry, team, lena
):
    def fill_up(count):
        for number in range(count):
            adas.post("/api/v1/macros", body | {"name": f"M{number}-{count}"}, JSON)

    fill_up(1)
    with django_assert_num_queries(5):
        adas.get("/api/v1/macros")
    fill_up(12)
    with django_assert_num_queries(5):
        assert len(adas.get("/api/v1/macros").json()["results"]) == 13
    first = adas.get("/api/v1/macros?limit=5").json()
    second = adas.get(first["next"]).json()
    assert len(second["results"]) == 5
    assert first["results"][0]["name"] == "M0-1"
