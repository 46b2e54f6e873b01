"""Topic, language and queue of a ticket: found, explained, and a person's word kept."""

import pytest

from conversations.models import Work
from webcare.actions.tickets import classify_ticket
from webcare.actions.topics import decide_topics
from webcare.actions.training import publish, train
from webcare.models import (
    Clock,
    Queue,
    RoutingRule,
    Ticket,
    Topic,
    TopicExample,
    TopicModel,
    TopicRule,
)

pytestmark = pytest.mark.django_db


def last(ticket, kind):
    return ticket.events.filter(kind=kind).latest("id").data


def test_a_rule_decides_and_says_which(make_ticket, delivery_topic, shop_queue):
    ticket = make_ticket(text="Where is my parcel?")

    assert (ticket.topic, ticket.topic_by) == (delivery_topic, "rule")
    assert ticket.queue == shop_queue
    assert ticket.language == "en"
    [rule] = last(ticket, "classified")["why"]["rules"]
    assert (rule["pattern"], rule["found"]) == ("parcel", "parcel")
    assert last(ticket, "routed")["why"] == {"by": "topic", "topic": delivery_topic.pk}


def test_what_nothing_can_place_waits_in_triage(make_ticket, triage_queue):
    ticket = make_ticket(text="Hmm.")

    assert (ticket.topic, ticket.topic_by) == (None, "unsure")
    assert ticket.queue == triage_queue
    assert last(ticket, "routed")["why"] == {"by": "triage"}


def test_a_desk_without_a_triage_queue_gets_one(shop, hear, item):
    hear(shop, item(text="Hmm."))

    assert Ticket.objects.get().queue.is_triage


def test_a_routing_rule_goes_before_the_topics_own_queue(
    make_ticket, delivery_topic, power_queue
):
    RoutingRule.objects.create(position=1, language="en", queue=power_queue)

    ticket = make_ticket(text="Where is my parcel, it should have been here?")

    assert ticket.queue == power_queue
    assert last(ticket, "routed")["why"]["by"] == "rule"


def test_a_subtopic_waits_in_the_queue_of_the_topic_above(make_ticket, delivery_topic):
    lost = Topic.objects.create(slug="lost", name="Lost", parent=delivery_topic)
    TopicRule.objects.create(topic=lost, kind="phrase", pattern="lost my parcel")

    ticket = make_ticket(text="You lost my parcel")

    assert ticket.topic == lost
    assert ticket.queue == delivery_topic.queue


def test_the_senders_word_on_the_language_counts(make_ticket):
    assert make_ticket(text="Where is my parcel?", language="nl").language == "nl"


def test_a_persons_choice_is_never_overwritten(shop, hear, item, ticket, ada):
    other = Topic.objects.create(slug="other", name="Other")
    classify_ticket(ticket=ticket, user=ada, topic=other)
    Work.objects.create(stage="triage", subject_id=ticket.pk)
    hear(shop, item())

    ticket.refresh_from_db()
    assert (ticket.topic, ticket.topic_by) == (other, "person")


def test_clocks_start_once_with_the_targets_of_the_queue(hear, shop, item, ticket):
    Queue.objects.update(first_response_seconds=60)
    Work.objects.create(stage="triage", subject_id=ticket.pk)
    hear(shop, item())

    clocks = Clock.objects.filter(ticket=ticket)
    assert sorted(clocks.values_list("promise", "target_seconds")) == [
        ("first_response", 3_600),
        ("resolution", 86_400),
    ]
    ticket.refresh_from_db()
    assert ticket.due_at == min(clocks.values_list("due_at", flat=True))


@pytest.fixture
def taught(delivery_topic, power_queue):
    power = Topic.objects.create(slug="power", name="Power", queue=power_queue)
    examples = {
        delivery_topic: "my {} order has not been delivered by the courier",
        power: "the {} street has been without electricity since this morning",
    }
    for topic, text in examples.items():
        for number in range(60):
            filled = text.format(f"word{number}")
            TopicExample.objects.create(
                topic=topic, text=filled, digest=filled.encode()[:32]
            )
    job = TopicModel.objects.create()
    train(job.pk)
    job.refresh_from_db()
    return power, job


def test_the_published_model_decides_where_no_rule_does(taught, make_ticket):
    power, job = taught
    assert job.state == "published"

    ticket = make_ticket(text="our street has been without electricity, help")

    assert (ticket.topic, ticket.topic_by) == (power, "model")
    why = last(ticket, "classified")["why"]
    assert why["version"] == job.pk
    assert why["model"]["why"]


def test_an_unpublished_model_is_not_asked(taught):
    _, job = taught
    TopicModel.objects.update(state="ready")

    [decision] = decide_topics([("without electricity", "en", "x-shop")])
    assert decision.explanation["version"] is None
    assert decision.explanation["model"]["led_by"] == "examples"

    publish(job.pk)
    [decision] = decide_topics([("without electricity", "en", "x-shop")])
    assert decision.explanation["version"] == job.pk


def test_a_training_without_examples_says_what_is_missing(db):
    job = TopicModel.objects.create()

    train(job.pk)

    job.refresh_from_db()
    assert (job.state, job.failure) == (
        "failed",
        "Give examples of two topics at least.",
    )


def test_one_model_is_trained_at_a_time(db):
    TopicModel.objects.create(state="training")
    job = TopicModel.objects.create()

    train(job.pk)

    job.refresh_from_db()
    assert job.state == "waiting"
