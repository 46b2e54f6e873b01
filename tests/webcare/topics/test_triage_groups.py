"""Unsure tickets are worked in groups: one decision, many examples, and a way back."""

import re

import pytest
from django.utils import timezone

from conversations.actions.batches import drain
from webcare.actions import bulk, bulk_undo
from webcare.actions.log import record
from webcare.models import BulkJob, Ticket, TicketEvent, Topic, TopicExample
from webcare.queries.triage import unsure_groups, worth_labelling

pytestmark = pytest.mark.django_db

LIKE = [
    "Mijn bestelling is beschadigd aangekomen, wat nu?",
    "bestelling beschadigd aangekomen, wat moet ik nu doen",
    "Mijn bestelling kwam beschadigd aan, wat nu?",
]


@pytest.fixture
def broken(shop_queue):
    return Topic.objects.create(slug="broken", name="Broken", queue=shop_queue)


@pytest.fixture
def unsure(make_ticket, shop_queue):
    """Three that are alike and one that is not, in ada's queue."""
    made = [make_ticket(text=text) for text in [*LIKE, "Zijn jullie met Pasen open"]]
    Ticket.objects.update(queue=shop_queue)
    return made


def guessed(ticket, topic, tenths):
    """Say what a model found of the ticket: this topic, and another one next."""
    found = [
        {"topic": topic.pk + n, "confidence": x / 10} for n, x in enumerate(tenths)
    ]
    said = {"by": "unsure", "why": {"model": {"alternatives": found}}}
    record(ticket, TicketEvent.Kind.CLASSIFIED, at=timezone.now(), actor=None, **said)


def work():
    for stage in (bulk.STAGE, bulk_undo.STAGE):
        list(drain(stage))


def test_what_is_alike_is_shown_together(unsure, ada, cas):
    found = unsure_groups(ada)

    sizes = [len(group.tickets) for group in found.groups]
    assert (sizes, found.waiting, found.is_complete) == ([3, 1], 4, True)
    assert "bestelling" in found.groups[0].words
    assert unsure_groups(cas).groups == []


def test_of_what_is_alike_the_least_certain_teaches_most(unsure, broken, ada, cas):
    for ticket, chances in zip(unsure, [(4, 1), (3, 2), (5, 2), (6, 1)], strict=True):
        guessed(ticket, broken, chances)

    assert worth_labelling(ada, 9) == [unsure[1].pk, unsure[3].pk]
    assert worth_labelling(ada, 1) == [unsure[1].pk]
    assert worth_labelling(cas, 9) == []


def test_one_of_each_guess_is_asked_before_a_second(
    make_ticket, broken, shop_queue, ada
):
    other = Topic.objects.create(slug="other", name="Other", queue=shop_queue)
    texts = ["Zijn jullie open", "Waar woont de directeur", "Goede reis gehad", "Hmm"]
    made = [make_ticket(text=text) for text in texts]
    Ticket.objects.update(queue=shop_queue)
    for ticket, topic, chances in zip(
        made,
        [broken, broken, other, broken],
        [(3, 2), (4, 2), (7, 1), (5, 2)],
        strict=True,
    ):
        guessed(ticket, topic, chances)

    places = [[one.pk for one in made].index(pk) for pk in worth_labelling(ada, 9)]
    assert places == [0, 2, 1, 3]


def test_one_decision_labels_many_and_each_is_an_example(unsure, broken, ada, client):
    client.force_login(ada)
    page = client.get("/triage").content.decode()
    assert page.count('name="ticket"') == 4

    said = client.post(
        "/triage/label",
        {"topic": "broken", "ticket": [str(one.public_id) for one in unsure[:3]]},
    )
    assert said.status_code == 302
    work()
    assert Ticket.objects.filter(topic=broken, topic_by="person").count() == 3
    assert TopicExample.objects.filter(topic=broken, given_by=ada).count() == 3
    assert [len(group.tickets) for group in unsure_groups(ada).groups] == [1]


def test_what_is_taken_back_is_an_example_no_more(unsure, broken, ada, client):
    client.force_login(ada)
    ids = [str(one.public_id) for one in unsure[:3]]
    client.post("/triage/label", {"topic": "broken", "ticket": ids})
    work()
    page = client.get("/triage").content.decode()
    [undo] = re.findall(r'formaction="(/triage/undo/[^"]+)"', page)
    client.post(undo)
    work()

    assert not Ticket.objects.filter(topic=broken).exists()
    assert not TopicExample.objects.exists()
    assert len(unsure_groups(ada).groups[0].tickets) == 3


@pytest.mark.parametrize("given", [{}, {"topic": "broken"}, {"ticket": ["x"]}])
def test_nothing_is_said_of_nothing(unsure, broken, ada, client, given):
    client.force_login(ada)
    client.post("/triage/label", given)

    assert not BulkJob.objects.exists()


def test_clients_read_the_groups(unsure, ada, as_client):
    told = as_client(ada).get("/api/v1/topics/triage").json()

    assert (told["waiting"], told["is_complete"]) == (4, True)
    assert [len(group["tickets"]) for group in told["groups"]] == [3, 1]
    assert told["groups"][0]["guess"] is None


def test_more_tickets_cost_no_more_statements(
    make_ticket, ada, shop_queue, django_assert_max_num_queries
):
    for n in range(6):
        make_ticket(text=f"Hmm {n}")
    Ticket.objects.update(queue=shop_queue)

    with django_assert_max_num_queries(2):
        unsure_groups(ada)
