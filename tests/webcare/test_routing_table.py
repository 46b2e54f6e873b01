"""The routing table: an order of rules, saved by versions, and tried before it is."""

import json

import pytest
from django.db import IntegrityError, transaction

from webcare.actions.author_lists import list_author, make_list, remove_list
from webcare.actions.routing_table import preview_table, save_table
from webcare.domain.topics.rules import Rule, RuleBook, RuleKind
from webcare.exceptions import InUse, Invalid, NotAllowed, StaleVersion
from webcare.models import (
    AuthorList,
    RoutingRule,
    RoutingVersion,
    Ticket,
    TopicRule,
)

pytestmark = pytest.mark.django_db


def routed(ticket):
    return ticket.events.filter(kind="routed").latest("id").data


@pytest.fixture
def press(root):
    return make_list(user=root, slug="press", name="The press")


def test_the_first_rule_that_fits_decides(root, make_ticket, power_queue, shop_queue):
    rules = [{"queue": "power", "language": "nl"}, {"queue": "shop"}]
    assert save_table(user=root, rules=rules) == 1

    dutch = make_ticket(text="Waar blijft mijn bestelling, ik wacht al een week?")
    english = make_ticket(text="Where is my order, I have been waiting for a week?")
    assert (dutch.queue, english.queue) == (power_queue, shop_queue)
    first, second = RoutingRule.objects.order_by("pk")
    assert routed(dutch)["why"] == {"by": "rule", "rule": first.pk}
    assert routed(english)["why"] == {"by": "rule", "rule": second.pk}


def test_what_no_rule_catches_waits_in_triage(root, make_ticket, triage_queue):
    save_table(user=root, rules=[{"queue": "triage", "priority": "high"}])

    assert make_ticket(text="Hmm.").queue == triage_queue


def test_a_saved_table_is_a_version_that_nobody_changes(root, lena, shop_queue):
    save_table(user=root, rules=[{"queue": "shop", "priority": "high"}])
    with pytest.raises(StaleVersion):
        save_table(user=root, rules=[], version=0)
    assert save_table(user=root, rules=[], version=1) == 2

    one = RoutingVersion.objects.get(number=1)
    [rule] = one.rules
    assert (rule["queue"], rule["priority"], one.made_by) == ("shop", "high", root)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingVersion.objects.filter(number=1).update(rules=[])
    with pytest.raises(NotAllowed):
        save_table(user=lena, rules=[])


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ([{"queue": "nowhere"}], "rules.0.queue"),
        ([{"queue": "shop", "topic": "nothing"}], "rules.0.topic"),
        ([{"queue": "shop", "authors": "nobody"}], "rules.0.authors"),
        ([{"queue": "shop"}, {"queue": "shop", "language": "nl"}], "rules.1"),
        ([{"queue": "shop", "language": "nl"}] * 2, "rules.1"),
        ([{"queue": "shop", "language": str(n)} for n in range(201)], "rules"),
    ],
)
def test_a_table_that_cannot_hold_is_refused(root, shop_queue, rules, path):
    with pytest.raises(Invalid) as refused:
        save_table(user=root, rules=rules)

    assert path in refused.value.errors
    assert not RoutingVersion.objects.exists()


def test_rules_speak_of_the_authors_on_a_list(
    root, press, make_ticket, power_queue, triage_queue, hear, shop, item
):
    first = make_ticket(text="Hmm.")
    list_author(user=root, author_list=press, author=first.author)
    save_table(user=root, rules=[{"queue": "power", "authors": "press"}])
    again = {"author": {"external_id": first.author.external_id}}
    [theirs] = hear(shop, item(text="Hmm again.", **again))

    ticket = Ticket.objects.get(ticket_messages__message=theirs)
    assert ticket.queue == power_queue
    assert make_ticket(text="Hmm too.").queue == triage_queue
    with pytest.raises(InUse):
        remove_list(user=root, author_list=press)


def test_a_rule_for_some_authors_is_passed_over_for_others():
    book = RuleBook([Rule(1, 7, RuleKind.WORD, "storing", author_list=3)])

    assert book.asks_author
    assert not book.matches("storing")
    assert not book.matches("storing", author_lists=[4])
    assert [match.rule.id for match in book.matches("storing", author_lists=[3])] == [1]


def test_the_desks_words_of_danger_can_be_about_some_authors(
    root, press, delivery_topic, make_ticket, hear, shop, item
):
    type(delivery_topic).objects.update(is_danger=True)
    TopicRule.objects.update(author_list=press)
    other = make_ticket(text="Where is my parcel?")
    assert not other.is_danger

    list_author(user=root, author_list=press, author=other.author)
    again = {"author": {"external_id": other.author.external_id}}
    [theirs] = hear(shop, item(text="My parcel!", **again))
    assert Ticket.objects.get(ticket_messages__message=theirs).is_danger


def test_a_preview_says_what_would_move_and_moves_nothing(
    root, lena, make_ticket, power_queue, triage_queue
):
    tickets = [make_ticket(text=f"Hmm {n}.") for n in range(3)]
    Ticket.objects.filter(pk=tickets[0].pk).update(priority="high")
    rules = [{"queue": "power", "priority": "high"}]

    tried = preview_table(user=root, rules=rules)
    assert (tried.looked_at, tried.is_complete, tried.moved) == (3, True, 1)
    assert tried.pairs == [(triage_queue.pk, power_queue.pk, 1)]
    assert [move.ticket for move in tried.sample] == [tickets[0].pk]
    assert not RoutingRule.objects.exists()
    tickets[0].refresh_from_db()
    assert tickets[0].queue == triage_queue
    with pytest.raises(NotAllowed):
        preview_table(user=lena, rules=rules)


def test_a_preview_costs_the_same_for_any_number_of_tickets(
    root, make_ticket, power_queue, django_assert_max_num_queries
):
    for n in range(5):
        make_ticket(text=f"Hmm {n}.")

    with django_assert_max_num_queries(6):
        preview_table(user=root, rules=[{"queue": "power"}])


def test_clients_read_try_save_and_look_back(
    root, as_client, make_ticket, power_queue, triage_queue
):
    ticket = make_ticket(text="Hmm.")
    client = as_client(root)
    body = {"rules": [{"queue": "power"}]}
    assert client.get("/api/v1/routing").json() == {
        "version": 0,
        "rules": [],
        "default": "triage",
    }

    def send(verb, path, given, **more):
        return getattr(client, verb)(
            f"/api/v1/{path}",
            json.dumps(given),
            content_type="application/json",
            **more,
        )

    tried = send("post", "routing/preview", body).json()
    assert tried["pairs"] == [{"was": "triage", "now": "power", "tickets": 1}]
    assert [one["ticket"] for one in tried["sample"]] == [str(ticket.public_id)]

    saved = send("put", "routing", body, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    stale = send("put", "routing", body, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    [row] = client.get("/api/v1/routing/versions").json()["results"]
    assert (row["version"], row["rules"]) == (1, 1)
    old = client.get("/api/v1/routing/versions/1").json()["rules"]
    assert [rule["queue"] for rule in old] == ["power"]
    assert client.get("/api/v1/routing/versions/9").status_code == 404


def test_clients_keep_lists_of_authors(root, as_client, make_ticket):
    author = make_ticket().author
    client = as_client(root)
    path = "/api/v1/author-lists"
    made = client.post(
        path,
        json.dumps({"slug": "press", "name": "Press"}),
        content_type="application/json",
    )
    assert made.status_code == 201
    for _ in range(2):
        assert client.put(f"{path}/press/authors/{author.public_id}").status_code == 204
    [one] = client.get(f"{path}/press").json()["results"]
    assert one["author"]["id"] == str(author.public_id)
    assert client.get(path).json() == [{"slug": "press", "name": "Press", "authors": 1}]
    assert client.delete(f"{path}/press/authors/{author.public_id}").status_code == 204
    assert client.get(f"{path}/press").json()["results"] == []
    assert client.delete(f"{path}/press").status_code == 204
    assert not AuthorList.objects.exists()


def test_who_is_listed_is_said_by_what_they_are_called(root, as_client, make_ticket):
    author = make_ticket().author
    AuthorList.objects.create(slug="press", name="Press")
    client, path = as_client(root), "/api/v1/author-lists/press/authors"

    def put(**body):
        return client.post(path, json.dumps(body), content_type="application/json")

    made = put(channel="x-shop", handle=" @KIM ")
    assert (made.status_code, made.json()["id"]) == (201, str(author.public_id))
    assert put(channel="x-shop", handle="kim").status_code == 201
    unknown = put(channel="x-shop", handle="somebody else")
    assert unknown.status_code == 422
    assert "handle" in unknown.json()["errors"]
    told = client.get("/api/v1/author-lists/press").json()
    assert (told["slug"], told["name"], len(told["results"])) == ("press", "Press", 1)
