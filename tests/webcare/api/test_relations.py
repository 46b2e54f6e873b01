"""A ticket with everything beside it costs what a bare one costs."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webcare.models import (
    CustomField,
    ExternalReference,
    FieldValue,
    Follower,
    Note,
    NoteMention,
    Tag,
    Ticket,
    TicketTag,
    User,
)
from webcare.queries.ticket_lists import Wanted, ticket_page

pytestmark = pytest.mark.django_db
PATH = "/api/v1/tickets"


def fill(tickets, count):
    """`count` rows of every relation, on each of these tickets."""
    people = [User.objects.create_user(f"p{n}") for n in range(count)]
    tags = [Tag.objects.create(slug=f"t{n}", name=f"T{n}") for n in range(count)]
    fields = [
        CustomField.objects.create(key=f"f{n}", name=f"F{n}", kind="text")
        for n in range(count)
    ]
    for ticket in tickets:
        Follower.objects.bulk_create(Follower(ticket=ticket, user=p) for p in people)
        TicketTag.objects.bulk_create(TicketTag(ticket=ticket, tag=t) for t in tags)
        FieldValue.objects.bulk_create(
            FieldValue(ticket=ticket, field=f, kind="text", text="x") for f in fields
        )
        ExternalReference.objects.bulk_create(
            ExternalReference(ticket=ticket, system="crm", reference=str(n))
            for n in range(count)
        )
        notes = Note.objects.bulk_create(
            Note(ticket=ticket, author=people[0], text="n") for _ in range(count)
        )
        NoteMention.objects.bulk_create(
            NoteMention(note=note, user=p) for note in notes for p in people[:5]
        )


@pytest.fixture
def client_of_ada(as_client, ada):
    client = as_client(ada)
    client.get("/api/v1/agents")  # notes the first use of the token
    return client


@pytest.mark.parametrize(
    ("part", "statements"),
    [("", 2), ("/notes", 3), ("/followers", 3), ("/references", 3)],
)
def test_what_stands_beside_a_ticket_costs_the_same_however_much(
    client_of_ada, make_ticket, part, statements
):
    few, many = make_ticket(), make_ticket()
    fill([few], 1)
    User.objects.filter(username="p0").update(username="q0")
    Tag.objects.update(slug="u0")
    CustomField.objects.update(key="g0")
    fill([many], 100)

    costs = []
    for ticket in (few, many):
        with CaptureQueriesContext(connection) as captured:
            answer = client_of_ada.get(f"{PATH}/{ticket.public_id}{part}?limit=100")
        costs.append((answer.status_code, len(captured)))

    assert costs == [(200, statements)] * 2


def test_a_list_costs_the_same_however_much_stands_beside_its_tickets(
    client_of_ada, make_ticket, django_assert_num_queries
):
    fill([make_ticket() for _ in range(3)], 40)

    with django_assert_num_queries(2):
        answer = client_of_ada.get(PATH)

    assert [len(one["tags"]) for one in answer.json()["results"]] == [40] * 3


@pytest.mark.parametrize("order", ["-opened", "due", "waiting", "changed"])
def test_tags_are_gathered_for_the_rows_of_the_page_alone(ada, make_ticket, order):
    first = make_ticket()
    copies = [
        {
            name: getattr(first, name)
            for name in ("author_id", "channel_id", "opened_at", "queue_id", "due_at")
        }
        for _ in range(200)
    ]
    Ticket.objects.bulk_create(
        Ticket(
            thread_id=first.thread_id,
            origin="split",
            last_message_at=first.last_message_at,
            **one,
        )
        for one in copies
    )
    asked = []

    def note(execute, sql, given, many, context):
        asked.append((sql, given))
        return execute(sql, given, many, context)

    with connection.execute_wrapper(note):
        ticket_page(ada, Wanted(), order, None, 10)
    [(sql, given)] = [one for one in asked if "webcare_tickettag" in one[0]]

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webcare_ticket")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", given)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found

    loops = [
        node["Actual Loops"]
        for node in nodes(plan[0]["Plan"])
        if node.get("Relation Name") == "webcare_tickettag"
        or node.get("Parent Relationship") == "SubPlan"
    ]
    assert loops
    assert max(loops) <= 11


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
