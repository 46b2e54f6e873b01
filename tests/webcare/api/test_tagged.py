"""Tickets of a queue that carry a tag, where many carry it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models.bulk import fetch
from tests.webcare.api.many import like, most_rows_read
from webcare.actions.tags import tag_ticket
from webcare.actions.tickets import reopen_ticket, resolve_ticket
from webcare.models import Queue, Tag, Ticket, TicketTag
from webcare.queries import ticket_filters

MANY = ticket_filters.FEW + 1
ASKED = "/api/v1/tickets?queue=shop&tag=press&limit=2"


@pytest.fixture
def press(db):
    return Tag.objects.create(slug="press", name="Press")


def many(ticket, queue, **fresh):
    """More tickets than few, like this one, in a queue. Returns their ids."""
    key = {"key": f"'{queue.pk}-' || n"}
    threads = like(ticket.thread, key, f"generate_series(1, {MANY}) AS n")
    fresh = {"queue_id": str(queue.pk), "thread_id": "t", **fresh}
    return like(ticket, fresh, f"unnest(ARRAY{threads}) AS t")


def put_on(tag, tickets):
    fetch(
        """INSERT INTO webcare_tickettag (ticket_id, tag_id)
           SELECT unnest(%s::bigint[]), %s""",
        [tickets, tag.pk],
    )


@pytest.fixture
def elsewhere(ticket, press):
    """More tickets than few that carry the tag elsewhere, and as many here without."""
    other = Queue.objects.create(slug="other", name="Other")
    put_on(press, many(ticket, other))
    many(ticket, ticket.queue)
    return other


@pytest.fixture
def five(make_ticket, press):
    made = [make_ticket().pk for _ in range(5)]
    put_on(press, made)
    return made


@pytest.fixture
def tagged(elsewhere, five):
    return five


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


LIVE = "/api/v1/tickets?tag=press&status=live&order=opened&limit=2"


@pytest.mark.parametrize("queue", ["", "&queue=shop"])
def test_what_has_ended_is_not_read_for_what_is_live(
    as_client, root, ticket, press, five, queue
):
    ended = {"resolved_at": "now()", "resolution": "'answered'"}
    put_on(press, many(ticket, ticket.queue, status="'resolved'", **ended))
    # As long as its rows: tests that were undone have left it longer.
    fetch("REINDEX TABLE webcare_tickettag", [])
    fetch("ANALYZE webcare_tickettag, webcare_ticket", [])

    with CaptureQueriesContext(connection) as captured:
        assert numbers(as_client(root), f"{LIVE}{queue}") == five

    asked = [one for one in captured if "_tickettag" in one["sql"]]
    assert len(asked) >= 2
    assert most_rows_read(asked) < 100


def test_of_many_live_ones_those_of_a_queue_are_walked(
    as_client, root, tagged, elsewhere
):
    client = as_client(root)

    assert numbers(client, f"{LIVE}&queue=shop") == tagged
    assert len(client.get(f"{LIVE}00").json()["results"]) == 200


def test_a_tag_knows_whether_its_ticket_is_live(as_client, ada, ticket, press):
    client = as_client(ada)
    tag_ticket(ticket=ticket, user=ada, add=[press])
    assert numbers(client, LIVE) == [ticket.pk]

    ticket = resolve_ticket(ticket=ticket, user=ada)
    assert (numbers(client, LIVE), is_live()) == ([], False)

    tag_ticket(ticket=ticket, user=ada, remove=[press])
    tag_ticket(ticket=ticket, user=ada, add=[press])
    assert not is_live()

    reopen_ticket(ticket=ticket, user=ada)
    assert (numbers(client, LIVE), is_live()) == ([ticket.pk], True)


def is_live():
    return TicketTag.objects.get().is_live
