"""Tickets of a queue that carry a tag, where many carry it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models.bulk import fetch, ids
from webcare.models import Queue, Tag, Ticket, TicketTag
from webcare.queries import ticket_filters

MANY = ticket_filters.FEW + 1
ASKED = "/api/v1/tickets?queue=shop&tag=press&limit=2"


@pytest.fixture
def press(db):
    return Tag.objects.create(slug="press", name="Press")


def like(row, fresh, source):
    """Rows like this one but for what is fresh of each in `source`. Returns their ids.

    Twenty thousand of them, made in Python, took longer than what is asked of them.
    """
    model, fresh = type(row), {"public_id": "gen_random_uuid()"} | fresh
    kept = {f.column for f in model._meta.concrete_fields if not f.generated}
    kept = ", ".join(sorted(kept - {"id", *fresh}))
    return ids(
        fetch(
            f"""INSERT INTO {model._meta.db_table} ({", ".join(fresh)}, {kept})
                SELECT {", ".join(fresh.values())}, {kept}
                  FROM {model._meta.db_table} CROSS JOIN {source}
                 WHERE id = %s RETURNING id""",
            [row.pk],
        )
    )


@pytest.fixture
def elsewhere(ticket, press):
    """More tickets than few that carry the tag elsewhere, and as many here without."""
    other = Queue.objects.create(slug="other", name="Other")
    for queue in (other, ticket.queue):
        key = {"key": f"'{queue.pk}-' || n"}
        threads = like(ticket.thread, key, f"generate_series(1, {MANY}) AS n")
        fresh = {"queue_id": str(queue.pk), "thread_id": "t"}
        made = like(ticket, fresh, f"unnest(ARRAY{threads}) AS t")
        if queue == other:
            fetch(
                """INSERT INTO webcare_tickettag (ticket_id, tag_id)
                   SELECT unnest(%s::bigint[]), %s""",
                [made, press.pk],
            )
    return other


@pytest.fixture
def tagged(elsewhere, make_ticket, press):
    made = [make_ticket() for _ in range(5)]
    for one in made:
        TicketTag.objects.create(ticket=one, tag=press)
    return [one.pk for one in made]


def numbers(client, address):
    pages = []
    while address:
        answer = client.get(address).json()
        pages += [one["number"] for one in answer["results"]]
        address = answer["next"]
    return pages


@pytest.mark.parametrize("order", ["opened", "-opened", "changed"])
def test_they_are_listed_page_by_page(as_client, ada, tagged, order):
    found = numbers(as_client(ada), f"{ASKED}&order={order}")

    assert found == (tagged[::-1] if order == "-opened" else tagged)


def test_they_are_found_by_one_walk(as_client, ada, tagged):
    with CaptureQueriesContext(connection) as captured:
        as_client(ada).get(ASKED)
    [listed] = [one["sql"] for one in captured if "WITH page" in one["sql"]]
    fetch("ANALYZE webcare_tickettag, webcare_ticket", [])

    plan = "\n".join(line for [line] in fetch(f"EXPLAIN {listed}", []))

    assert "ticket_tag_in_order" in plan
    assert "ticket_of_queue" not in plan, plan


def test_a_tag_goes_where_its_ticket_goes(as_client, ada, tagged, elsewhere):
    Ticket.objects.filter(pk=tagged[0]).update(queue=elsewhere)

    assert numbers(as_client(ada), ASKED) == tagged[:0:-1]
