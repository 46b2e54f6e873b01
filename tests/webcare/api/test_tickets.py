from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models.bulk import fetch
from tests.webcare.api.many import like, most_rows_read
from webcare.actions.merges import merge_ticket
from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.models import (
    Clock,
    CustomField,
    FieldValue,
    Membership,
    Tag,
    Ticket,
    TicketTag,
    Topic,
)
from webcare.queries import ticket_filters

PATH = "/api/v1/tickets"
ORDERS = ["opened", "-opened", "changed", "due", "waiting", "due&agent=none"]
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def client_of_ada(as_client, ada):
    client = as_client(ada)
    client.get("/api/v1/agents")  # notes the first use of the token
    return client


@pytest.fixture
def five(make_ticket):
    return [make_ticket() for _ in range(5)]


def numbers(answer):
    return [one["number"] for one in answer.json()["results"]]


def walk(client, address):
    """Every page from here to the end, by `next`."""
    pages = []
    while address:
        answer = client.get(address).json()
        pages.append([one["number"] for one in answer["results"]])
        address = answer["next"]
    return pages


def test_a_ticket_is_shown_as_the_list_shows_it(client_of_ada, ticket):
    [listed] = client_of_ada.get(PATH).json()["results"]
    shown = client_of_ada.get(f"{PATH}/{ticket.public_id}")

    listed.pop("following")  # shown alone, it names all its followers
    assert listed.items() <= shown.json().items()
    assert listed["queue"] == {"slug": "shop", "name": "Shop"}
    assert listed["topic"]["by"] == "rule"
    assert listed["status"] == "new"
    assert shown.headers["ETag"].startswith('"')


def test_the_newest_come_first(client_of_ada, five):
    assert numbers(client_of_ada.get(PATH)) == [one.pk for one in reversed(five)]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_follow_on_in_every_order(client_of_ada, five, order):
    # Two have no promise running and nobody waiting: they come last.
    Ticket.objects.filter(pk__in=[five[1].pk, five[3].pk]).update(
        due_at=None, waiting_since=None
    )
    whole = numbers(client_of_ada.get(f"{PATH}?order={order}"))

    pages = walk(client_of_ada, f"{PATH}?order={order}&limit=2")

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [number for page in pages for number in page] == whole
    assert sorted(whole) == [one.pk for one in five]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_lead_back_the_way_they_came(client_of_ada, five, order):
    Ticket.objects.filter(pk__in=[five[1].pk, five[3].pk]).update(
        due_at=None, waiting_since=None
    )
    first = client_of_ada.get(f"{PATH}?order={order}&limit=2").json()
    second = client_of_ada.get(first["next"]).json()
    third = client_of_ada.get(second["next"]).json()

    back = client_of_ada.get(third["previous"]).json()
    start = client_of_ada.get(back["previous"]).json()

    assert back["results"] == second["results"]
    assert start["results"] == first["results"]
    assert (first["previous"], start["previous"], third["next"]) == (None, None, None)
    assert back["next"] is not None


@pytest.mark.parametrize("due", ["known", "unknown"])
def test_of_nobodys_tickets_those_of_the_page_are_read(
    as_client, root, ada, ticket, due
):
    """Also where all that was due before is somebody's."""
    at = "now() + t * interval '1 s'" if due == "known" else "NULL"
    threads = like(ticket.thread, {"key": "'t-' || n"}, "generate_series(1, 600) AS n")
    for some, agent, status in (
        (threads[:300], str(ada.pk), "'open'"),
        (threads[300:], "NULL", "'new'"),
    ):
        fresh = {"thread_id": "t", "due_at": at, "agent_id": agent, "status": status}
        like(ticket, fresh, f"unnest(ARRAY{some}) AS t")
    Ticket.objects.filter(pk=ticket.pk).update(due_at=None, status="open", agent=ada)
    fetch("ANALYZE webcare_ticket", [])
    asked = f"{PATH}?status=new,open&agent=none&order=due&limit=2"
    client = as_client(root)
    with CaptureQueriesContext(connection) as captured:
        client.get(client.get(asked).json()["next"])

    listed = [one for one in captured if "WITH page" in one["sql"]]
    assert len(listed) >= 2
    assert most_rows_read(listed) < 100


def test_tickets_opened_at_the_same_moment_are_all_listed(client_of_ada, five):
    Ticket.objects.update(opened_at=five[0].opened_at)

    pages = walk(client_of_ada, f"{PATH}?limit=1")

    assert sorted(sum(pages, [])) == [one.pk for one in five]


def test_a_ticket_that_comes_in_between_moves_no_page(client_of_ada, five, make_ticket):
    first = client_of_ada.get(f"{PATH}?limit=2").json()
    make_ticket()

    second = client_of_ada.get(first["next"])

    assert numbers(second) == [five[2].pk, five[1].pk]


def test_filters_narrow_the_list(client_of_ada, ada, bo, five, forum):
    claim_ticket(ticket=five[0], user=ada)
    claim_ticket(ticket=five[1], user=bo)
    resolve_ticket(ticket=five[1], user=bo)
    Ticket.objects.filter(pk=five[2].pk).update(priority="high", language="nl")
    Ticket.objects.filter(pk=five[3].pk).update(
        due_at=timezone.now() + timedelta(hours=1), topic=None
    )
    now = quote(timezone.now().isoformat())

    def found(query):
        return sorted(numbers(client_of_ada.get(f"{PATH}?{query}")))

    one, two, three, four, five_ = [ticket.pk for ticket in five]
    assert {
        query: found(query)
        for query in (
            "status=open",
            "status=new,open",
            "status=live",
            "status=resolved",
            "agent=me",
            "agent=none",
            f"agent={bo.public_id}",
            f"agent={NOBODY}",
            "queue=shop",
            "queue=nowhere",
            "queue=none",
            "topic=delivery",
            "topic=none",
            "channel=x-shop",
            "channel=forum",
            "priority=high,urgent",
            "language=nl",
            f"opened_after={now}",
            f"opened_before={now}",
            "status=new&topic=delivery",
        )
    } == {
        "status=open": [one],
        "status=new,open": [one, three, four, five_],
        "status=live": [one, three, four, five_],
        "status=resolved": [two],
        "agent=me": [one],
        "agent=none": [three, four, five_],
        f"agent={bo.public_id}": [two],
        f"agent={NOBODY}": [],
        "queue=shop": [one, two, three, four, five_],
        "queue=nowhere": [],
        "queue=none": [],
        "topic=delivery": [one, two, three, five_],
        "topic=none": [four],
        "channel=x-shop": [one, two, three, four, five_],
        "channel=forum": [],
        "priority=high,urgent": [three],
        "language=nl": [three],
        f"opened_after={now}": [],
        f"opened_before={now}": [one, two, three, four, five_],
        "status=new&topic=delivery": [three, five_],
    }


def test_breached_is_past_its_promise_and_still_open(client_of_ada, ada, five):
    late, done, answered = five[:3]
    resolve_ticket(ticket=done, user=ada)
    told = Clock.objects.filter(ticket__in=five[:3], promise="first_response")
    told.update(breached_at=timezone.now())
    Clock.objects.filter(ticket=answered).update(stopped_at=timezone.now())
    # Whatever its time may be by now: what was told is what counts.
    Ticket.objects.update(due_at=timezone.now() - timedelta(hours=1))
    Ticket.objects.filter(pk=late.pk).update(due_at=None)

    answer = client_of_ada.get(f"{PATH}?breached=true")

    assert numbers(answer) == [late.pk]
    assert answer.json()["results"][0]["breached"] is True
    others = numbers(client_of_ada.get(f"{PATH}?breached=false"))
    assert sorted(others) == [one.pk for one in five[1:]]


@pytest.mark.parametrize("few", [0, 1_000])
def test_breached_is_the_same_in_list_count_and_search(
    client_of_ada, ada, five, monkeypatch, few
):
    monkeypatch.setattr(ticket_filters, "FEW", few)
    merge_ticket(source=five[0], target=five[3], user=ada, even_if_other_author=True)
    Clock.objects.filter(ticket__in=five[:3]).update(breached_at=timezone.now())
    late = [one.pk for one in five[1:4]]

    assert sorted(numbers(client_of_ada.get(f"{PATH}?breached=true"))) == late
    assert numbers(client_of_ada.get(f"{PATH}?breached=true&order=due"))
    sure = client_of_ada.get(f"{PATH}?breached=false&status=live")
    assert numbers(sure) == [five[4].pk]
    counts = client_of_ada.get("/api/v1/views/counts").json()
    assert {one["id"]: one["count"] for one in counts}["breached"] == len(late)
    found = client_of_ada.get(f"{PATH}?breached=true&q=parcel")
    assert sorted(numbers(found)) == late


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("status=lost", "status"),
        ("order=colour", "order"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=", "limit"),
        ("limit=%D9%A1", "limit"),
        ("agent=nobody", "agent"),
        ("breached=perhaps", "breached"),
        ("opened_after=yesterday", "opened_after"),
        ("opened_after=2026-02-30T00:00:00Z", "opened_after"),
        ("opened_after=2026-01-01T00:00:00", "opened_after"),
        ("queue=a%00b", "queue"),
        ("queue=a&queue=b", "queue"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=bm90aGluZw==", "cursor"),
        ("cursor=é", "cursor"),
        ("agent__password=x", "agent__password"),
    ],
)
def test_what_cannot_be_asked_is_named(client_of_ada, query, field):
    answer = client_of_ada.get(f"{PATH}?{query}")

    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_an_unknown_filter_is_told_what_there_is(client_of_ada):
    errors = client_of_ada.get(f"{PATH}?colour=red").json()["errors"]

    assert "changed_after" in errors["colour"][0]


def test_a_cursor_belongs_to_its_order(client_of_ada, five):
    link = client_of_ada.get(f"{PATH}?order=due&limit=2").json()["next"]

    assert client_of_ada.get(link.replace("=due", "=opened")).status_code == 422


def fill(make_ticket, ada, count):
    """Tickets with everything a row can show."""
    made = [make_ticket(thread=f"t-{index}") for index in range(count)]
    Ticket.objects.filter(pk__in=[one.pk for one in made]).update(
        agent=ada, status="open", topic=Topic.objects.get()
    )


@pytest.mark.parametrize(
    ("query", "statements"),
    # What is asked for by a name is looked up first.
    [("", 2), ("&order=due", 2), ("&queue=shop&agent=me&order=waiting", 3)],
)
def test_a_list_costs_the_same_however_long(
    client_of_ada, ada, make_ticket, django_assert_num_queries, query, statements
):
    fill(make_ticket, ada, 1)
    with django_assert_num_queries(statements):
        client_of_ada.get(f"{PATH}?limit=200{query}")
    fill(make_ticket, ada, 30)
    with django_assert_num_queries(statements):
        answer = client_of_ada.get(f"{PATH}?limit=200{query}")

    assert len(numbers(answer)) == 31


@pytest.mark.parametrize(
    ("part", "statements"),
    [("", 2), ("/messages", 3), ("/events", 4), ("/clocks", 3), ("/replies", 3)],
)
def test_a_ticket_costs_the_same_however_much_was_said(
    client_of_ada,
    shop,
    hear,
    item,
    make_ticket,
    django_assert_num_queries,
    part,
    statements,
):
    author = {"external_id": "kim"}
    ticket = make_ticket(thread="t", author=author)
    where = f"{PATH}/{ticket.public_id}{part}"
    with django_assert_num_queries(statements):
        client_of_ada.get(where)
    files = [{"url": "https://example.org/a.png"}]
    said = [item(thread="t", author=author, attachments=files) for _ in range(40)]
    hear(shop, *said)
    later = timezone.now().isoformat()
    hear(shop, *[one | {"text": "Changed", "edited_at": later} for one in said])
    with django_assert_num_queries(statements):
        answer = client_of_ada.get(where)

    assert answer.status_code == 200


def test_tags_references_following_and_danger_narrow_the_list(client_of_ada, ada, five):
    tag = Tag.objects.create(slug="press", name="Press")
    TicketTag.objects.create(ticket=five[0], tag=tag, by=ada)
    five[1].references.create(system="crm", reference="C 12")
    five[2].followers.create(user=ada)
    Ticket.objects.filter(pk=five[3].pk).update(is_danger=True)

    found = {
        query: sorted(numbers(client_of_ada.get(f"{PATH}?{query}")))
        for query in (
            "tag=press",
            "tag=press&queue=shop&status=live",
            "tag=other",
            "external_ref=C%2012",
            "following=true",
            "danger=true",
            "danger=false&following=false",
        )
    }

    one, two, three, four, last = [ticket.pk for ticket in five]
    assert found == {
        "tag=press": [one],
        "tag=press&queue=shop&status=live": [one],
        "tag=other": [],
        "external_ref=C%2012": [two],
        "following=true": [three],
        "danger=true": [four],
        "danger=false&following=false": [one, two, last],
    }


def test_a_topic_includes_its_subtopics(client_of_ada, five):
    delivery = Topic.objects.get()
    late = Topic.objects.create(slug="late", name="Late", parent=delivery)
    Ticket.objects.filter(pk=five[0].pk).update(topic=late)

    assert numbers(client_of_ada.get(f"{PATH}?topic=late")) == [five[0].pk]
    pages = walk(client_of_ada, f"{PATH}?topic=delivery&order=opened&limit=2")
    assert [number for page in pages for number in page] == [one.pk for one in five]


@pytest.mark.parametrize("order", ["opened", "-opened", "changed", "due", "waiting"])
def test_the_queues_of_somebody_are_merged_into_one_list(
    client_of_ada, ada, five, power_queue, order
):
    Membership.objects.create(user=ada, queue=power_queue, role="agent")
    Ticket.objects.filter(pk__in=[five[1].pk, five[4].pk]).update(queue=power_queue)
    Ticket.objects.filter(pk=five[2].pk).update(due_at=None, waiting_since=None)
    whole = numbers(client_of_ada.get(f"{PATH}?order={order}"))

    pages = walk(client_of_ada, f"{PATH}?order={order}&limit=2")

    assert [number for page in pages for number in page] == whole
    assert sorted(whole) == [one.pk for one in five]


def test_what_is_not_live_has_no_order_of_its_due_time(client_of_ada, ada, five):
    resolve_ticket(ticket=five[0], user=ada)

    refused = client_of_ada.get(f"{PATH}?order=due&status=resolved")

    assert "live" in refused.json()["errors"]["order"][0]
    assert five[0].pk not in numbers(client_of_ada.get(f"{PATH}?order=due"))


def test_a_custom_field_narrows_the_list(client_of_ada, five):
    field = CustomField.objects.create(key="meter", name="Meter", kind="text")
    FieldValue.objects.create(ticket=five[0], field=field, kind="text", text="E-17")

    assert numbers(client_of_ada.get(f"{PATH}?field.meter=E-17")) == [five[0].pk]
    assert numbers(client_of_ada.get(f"{PATH}?field.meter=E-18")) == []
    refused = client_of_ada.get(f"{PATH}?field.colour=red")
    assert "field.colour" in refused.json()["errors"]
