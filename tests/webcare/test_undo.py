"""Whoever changes a ticket by mistake takes it back; what others did since stays."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from webcare.actions.log import record
from webcare.actions.priority import set_danger, set_priority
from webcare.actions.tags import tag_ticket
from webcare.actions.tickets import claim_ticket, classify_ticket, route_ticket
from webcare.actions.undo import undo_change
from webcare.domain.lifecycle import UNDO_SECONDS
from webcare.domain.outcomes import Priority
from webcare.domain.undo import Undoable
from webcare.exceptions import NotAllowed, TicketChanged
from webcare.models import (
    Clock,
    Membership,
    Tag,
    Ticket,
    TicketEvent,
    TicketTopic,
    Topic,
    TopicExample,
)

pytestmark = pytest.mark.django_db
NAMES = [field.attname for field in Ticket._meta.fields]
MARKS = {"changed_at", "version"}


@pytest.fixture
def power(power_queue):
    return Topic.objects.create(slug="power", name="Power", queue=power_queue)


@pytest.fixture
def both(ada, power_queue):
    """Ada, who works in two queues."""
    Membership.objects.create(user=ada, role="agent", queue=power_queue)
    return ada


@pytest.fixture
def tags():
    return [Tag.objects.create(slug=slug, name=slug) for slug in ("angry", "press")]


def all_of(ticket):
    ticket.refresh_from_db()
    return {name: getattr(ticket, name) for name in NAMES if name not in MARKS}


def due(ticket):
    found = Clock.objects.filter(ticket=ticket).order_by("pk")
    return list(found.values_list("promise", "due_at"))


def carried(ticket):
    return sorted(ticket.ticket_tags.values_list("tag__slug", flat=True))


def test_a_topic_is_the_rules_again_and_teaches_nothing(ticket, ada, power):
    before = all_of(ticket)
    classify_ticket(ticket=ticket, user=ada, topic=power)
    assert TopicExample.objects.filter(topic=power).exists()

    undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)

    assert (all_of(ticket), before["topic_by"]) == (before, "rule")
    assert not TopicExample.objects.exists()
    line = TicketEvent.objects.latest("id")
    assert (line.kind, line.data["topic"]) == ("undone", before["topic_id"])


def test_what_it_is_about_too_comes_back(ticket, ada, power, delivery_topic):
    other = Topic.objects.create(slug="boxes", name="Boxes")
    classify_ticket(ticket=ticket, user=ada, topic=delivery_topic, also=[power, other])
    classify_ticket(ticket=ticket, user=ada, topic=power, also=[])

    undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)

    also = TicketTopic.objects.filter(ticket=ticket).order_by("position")
    assert [one.topic for one in also] == [power, other]


def test_a_ticket_comes_back_to_its_queue_and_agent(ticket, ada, bo, power_queue):
    claim_ticket(ticket=ticket, user=ada)
    before = all_of(ticket)
    route_ticket(ticket=ticket, user=ada, queue=power_queue)
    ticket.refresh_from_db()
    assert ticket.agent is None
    with pytest.raises(NotAllowed):
        undo_change(ticket=ticket, user=bo, what=Undoable.QUEUE)

    undo_change(ticket=ticket, user=ada, what=Undoable.QUEUE)

    assert all_of(ticket) == before


def test_a_priority_comes_back_with_its_reason_and_its_clocks(ticket, ada):
    before = all_of(ticket)
    clocks = due(ticket)
    reason = before["priority_reason"]
    set_priority(ticket=ticket, user=ada, priority=Priority.HIGH, reason="Press.")

    undo_change(ticket=ticket, user=ada, what=Undoable.PRIORITY, reason=reason)

    assert all_of(ticket) == before
    assert due(ticket) == clocks
    assert not TicketEvent.objects.filter(data__icontains="Press.").exists()


def test_tags_of_one_change_come_and_go_together(ticket, ada, tags):
    angry, press = tags
    tag_ticket(ticket=ticket, user=ada, add=[angry])
    tag_ticket(ticket=ticket, user=ada, add=[press], remove=[angry])

    undo_change(ticket=ticket, user=ada, what=Undoable.TAGS)

    assert carried(ticket) == ["angry"]


def test_another_tag_of_a_colleague_stays(ticket, ada, bo, tags):
    angry, press = tags
    tag_ticket(ticket=ticket, user=ada, add=[angry])
    tag_ticket(ticket=ticket, user=bo, add=[press])

    undo_change(ticket=ticket, user=ada, what=Undoable.TAGS)

    assert carried(ticket) == ["press"]


def test_the_same_tag_of_a_colleague_stays(ticket, ada, bo, tags):
    [angry, _] = tags
    tag_ticket(ticket=ticket, user=ada, add=[angry])
    tag_ticket(ticket=ticket, user=bo, remove=[angry])
    tag_ticket(ticket=ticket, user=bo, add=[angry])

    with pytest.raises(TicketChanged, match="changed again since"):
        undo_change(ticket=ticket, user=ada, what=Undoable.TAGS)

    assert carried(ticket) == ["angry"]


def test_what_a_colleague_said_since_is_not_overridden(
    ticket, ada, bo, power, delivery_topic
):
    classify_ticket(ticket=ticket, user=ada, topic=power)
    classify_ticket(ticket=ticket, user=bo, topic=None)
    after = all_of(ticket)

    with pytest.raises(TicketChanged, match="changed again since"):
        undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)

    assert all_of(ticket) == after


def test_a_ticket_that_was_taken_where_it_went_stays_there(
    ticket, both, power_queue, bo
):
    Membership.objects.create(user=bo, role="agent", queue=power_queue)
    route_ticket(ticket=ticket, user=both, queue=power_queue)
    ticket.refresh_from_db()
    claim_ticket(ticket=ticket, user=bo)

    with pytest.raises(TicketChanged, match="changed again since"):
        undo_change(ticket=ticket, user=both, what=Undoable.QUEUE)

    ticket.refresh_from_db()
    assert (ticket.agent, ticket.queue) == (bo, power_queue)


def test_danger_heard_since_stands(ticket, ada, bo):
    set_priority(ticket=ticket, user=ada, priority=Priority.URGENT, reason="Press.")
    set_danger(ticket=ticket, user=bo, is_danger=True, reason="Gas.")

    with pytest.raises(TicketChanged):
        undo_change(ticket=ticket, user=ada, what=Undoable.PRIORITY)

    ticket.refresh_from_db()
    assert (ticket.priority, ticket.is_danger) == ("urgent", True)


def test_it_is_undone_once(ticket, ada, power):
    classify_ticket(ticket=ticket, user=ada, topic=power)
    undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)

    with pytest.raises(TicketChanged, match="nothing of yours"):
        undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)


def test_what_is_long_ago_is_changed_anew(ticket, ada, bo, power):
    """The log is not rewritten: its line is of another moment from the start."""
    at = timezone.now() - timedelta(seconds=UNDO_SECONDS + 5)
    undo = {"before": {"topic": ticket.topic_id}, "after": {"topic": power.pk}}
    Ticket.objects.filter(pk=ticket.pk).update(topic=power)
    record(
        ticket, TicketEvent.Kind.CLASSIFIED, at=at, actor=ada, topic=power.pk, undo=undo
    )

    with pytest.raises(TicketChanged, match="too long ago"):
        undo_change(ticket=ticket, user=ada, what=Undoable.TOPIC)


@pytest.mark.parametrize("what", list(Undoable))
def test_who_changed_nothing_takes_nothing_back(ticket, ada, what):
    with pytest.raises(TicketChanged):
        undo_change(ticket=ticket, user=ada, what=what)


def test_the_api_takes_back_and_says_what_is_new_where_it_cannot(
    as_client, ada, bo, ticket, power
):
    client, where = as_client(ada), f"/api/v1/tickets/{ticket.public_id}"
    post = partial(client.post, content_type="application/json")
    post(f"{where}/classify", {"topic": "power"})
    undone = post(f"{where}/undo", {"what": "topic"})
    post(f"{where}/classify", {"topic": "power"})
    classify_ticket(ticket=ticket, user=bo, topic=None)
    refused = post(f"{where}/undo", {"what": "topic"})
    wrong = post(f"{where}/undo", {"what": "agent"})

    assert (undone.status_code, undone.json()["topic"]["slug"]) == (200, "delivery")
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_changed")
    assert refused.json()["ticket"]["topic"] is None
    assert refused.json()["etag"] == client.get(where).headers["ETag"]
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["what"])
    lines = client.get(f"{where}/events").json()["results"]
    assert not any("undo" in line["data"] for line in lines)
