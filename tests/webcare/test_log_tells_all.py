"""Whatever changes a ticket, its log alone says what it is."""

import pytest

from conversations.queries.clock import database_now
from webcare.actions.consultations import consult
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.splits import split_ticket
from webcare.actions.tickets import claim_ticket
from webcare.models import Ticket, Topic, TopicRule
from webcare.queries.history import backlog_at, state_at

pytestmark = pytest.mark.django_db


def unlike_their_logs():
    """The tickets whose log says something else than their row."""
    now = database_now()
    facts = ("status", "queue_id", "agent_id", "priority", "topic_id")
    return [
        (ticket, list(ticket.events.order_by("id").values_list("kind", flat=True)))
        for ticket in Ticket.objects.order_by("id")
        if (told := state_at(ticket.pk, now)) is None
        or [getattr(ticket, name) for name in facts]
        != [told.status, told.queue, told.agent, told.priority, told.topic]
    ]


def lay():
    found = backlog_at(None, database_now())
    return sorted(ticket for one in found for ticket in one.tickets)


def live():
    return sorted(Ticket.objects.live().values_list("pk", flat=True))


@pytest.fixture
def kims(make_ticket):
    """Two tickets of one author, in two threads."""
    return [
        make_ticket(thread=name, author={"external_id": "kim", "handle": "kim"})
        for name in ("one", "two")
    ]


def test_merging_and_taking_apart(kims, lena, ada):
    source, target = kims
    claim_ticket(ticket=source, user=ada)
    merge_ticket(source=source, target=target, user=lena)
    assert (unlike_their_logs(), lay()) == ([], [target.pk])

    source.refresh_from_db()
    unmerge_ticket(source=source, user=lena)
    assert (unlike_their_logs(), lay()) == ([], live())


def test_danger_that_is_merged_in(kims, lena, shop_queue, hear, item, shop):
    topic = Topic.objects.create(
        slug="danger", name="Danger", queue=shop_queue, is_danger=True
    )
    TopicRule.objects.create(topic=topic, kind="phrase", pattern="smell gas")
    source, target = kims
    author = {"external_id": "kim", "handle": "kim"}
    hear(shop, item(thread="one", author=author, text="I smell gas"))
    source.refresh_from_db()
    merge_ticket(source=source, target=target, user=lena)
    target.refresh_from_db()

    assert target.is_danger
    assert unlike_their_logs() == []


def test_splitting(kims, lena, hear, item, shop, pump):
    ticket, _ = kims
    author = {"external_id": "kim", "handle": "kim"}
    [more] = hear(shop, item(thread="one", author=author, text="And my other parcel?"))
    ticket.refresh_from_db()
    split_ticket(ticket=ticket, user=lena, messages=[str(more.public_id)])
    pump()

    assert (unlike_their_logs(), lay()) == ([], live())


def test_asking_a_colleague(ticket, ada):
    consult(ticket=ticket, user=ada, to="tom@example.org", question="?")

    assert unlike_their_logs() == []
