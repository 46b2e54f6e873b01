"""A topic that is merged goes on in another one, and what was stays as it was."""

import pytest
from django.utils import timezone

from tests.webcare.topics.said import POWER, decided
from webcare.actions import training
from webcare.actions.routing_table import save_table
from webcare.actions.teaching import change_topic
from webcare.actions.tickets import classify_ticket
from webcare.actions.topic_heirs import find_left
from webcare.actions.topic_merges import merge_topic, unmerge_topic
from webcare.exceptions import InUse, Invalid, NotAllowed
from webcare.models import (
    AuditEntry,
    RoutingRule,
    RoutingVersion,
    Ticket,
    Topic,
    TopicExample,
    TopicModel,
    TopicRule,
)
from webcare.queries.topics import names_told
from webcare.queries.topics import topics as all_topics

pytestmark = pytest.mark.django_db


@pytest.fixture
def cable(power_queue):
    return Topic.objects.create(slug="cable", name="Cable", queue=power_queue)


@pytest.fixture
def merge(root, pump):
    def merge_(topic, into):
        made = merge_topic(user=root, topic=topic, into=into)
        pump()
        return made

    return merge_


def about(topic, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(topic=topic, topic_by="model")
    return ticket


def close(ticket):
    now = timezone.now()
    Ticket.objects.filter(pk=ticket.pk).update(
        status="closed", resolution="answered", resolved_at=now
    )


def topic_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).topic


def test_the_very_next_answer_names_the_heir(model, topics, cable, merge):
    power, bill = topics
    before = decided(POWER)

    merge(power, cable)

    after = decided(POWER)
    assert (before.topic, after.topic) == (power.pk, cable.pk)
    assert after.confidence == pytest.approx(before.confidence)
    assert power.pk not in {
        one["topic"] for one in after.explanation["model"]["alternatives"]
    }


def test_a_training_learns_it_as_the_heir(model, topics, cable, merge):
    power, bill = topics
    merge(power, cable)
    job = TopicModel.objects.create()

    training.train(job.pk)

    job.refresh_from_db()
    assert job.state == "published", job.verdict or job.failure
    assert {one["topic"] for one in job.quality["topics"]} == {cable.pk, bill.pk}
    assert decided(POWER).topic == cable.pk


def test_examples_words_and_what_stands_below_follow(topics, teach, cable, merge):
    power, bill = topics
    teach(power, "no power", "dark")
    teach(cable, "dark")
    below = Topic.objects.create(slug="fuse", name="Fuse", parent=power)
    for topic in (power, cable):
        TopicRule.objects.create(topic=topic, kind="word", pattern="dark")
    TopicRule.objects.create(topic=power, kind="word", pattern="blackout")

    made = merge(power, cable)

    below.refresh_from_db()
    assert below.parent == cable
    texts = TopicExample.objects.filter(topic=cable).values_list("text", flat=True)
    assert sorted(texts) == ["dark", "no power"]
    assert decided("a blackout").topic == cable.pk
    assert {kind: len(some) for kind, some in made.moved.items()} == {
        "examples": 1,
        "rules": 1,
        "children": 1,
        "beside": 0,
        "macros": 0,
        "skills": 0,
    }
    [line] = AuditEntry.objects.filter(what="topic_merged")
    assert (line.about, line.after["into"]) == ("topic:power", "cable")


def test_open_tickets_follow_and_closed_ones_stay(make_ticket, topics, cable, merge):
    power, bill = topics
    waits, closed, other = (about(power, make_ticket()) for _ in range(3))
    about(bill, other)
    close(closed)

    made = merge(power, cable)

    assert [topic_of(one) for one in (waits, closed, other)] == [cable, power, bill]
    [*_, line] = waits.events.filter(kind="classified").order_by("pk")
    assert line.data == {
        "topic": cable.pk,
        "by": "merge",
        "was": power.pk,
        "merge": str(made.public_id),
    }
    assert Ticket.objects.get(pk=waits.pk).topic_by == "model"


def test_a_ticket_that_was_being_classified_follows_later(
    make_ticket,
    topics,
    cable,
    merge,
    pump,
):
    power, bill = topics
    merge(power, cable)
    late = about(power, make_ticket())

    find_left()
    pump()

    assert topic_of(late) == cable


def test_what_is_counted_keeps_its_topic_and_says_where_it_went(
    make_ticket,
    topics,
    cable,
    merge,
    ada,
):
    power, bill = topics
    ticket = make_ticket()
    classify_ticket(ticket=ticket, user=ada, topic=power)
    event = ticket.events.filter(kind="classified").last()

    merge(power, cable)

    event.refresh_from_db()
    assert event.data["topic"] == power.pk
    assert names_told()["power"] == "Power (merged into Cable)"


def test_routing_follows_as_a_new_version(root, topics, cable, merge, shop_queue):
    rules = [
        {"queue": "shop", "topic": "cable"},
        {"queue": "shop", "topic": "power"},
        {"queue": "shop", "topic": "bill"},
    ]
    save_table(user=root, rules=rules)

    made = merge(topics[0], cable)

    asked = RoutingRule.objects.order_by("position").values_list(
        "topic__slug", flat=True
    )
    assert list(asked) == ["cable", "bill"], "what stands above catches all of it"
    assert (made.routing_before, made.routing_after) == (1, 2)
    assert RoutingVersion.objects.get(number=1).rules[1]["topic"] == "power"

    unmerge_topic(user=root, merge=made)

    asked = RoutingRule.objects.order_by("position").values_list(
        "topic__slug", flat=True
    )
    assert list(asked) == ["cable", "power", "bill"]


def test_undoing_gives_back_what_is_still_there(
    model,
    make_ticket,
    topics,
    cable,
    merge,
    root,
    pump,
    ada,
):
    power, bill = topics
    moved, chosen = about(power, make_ticket()), about(power, make_ticket())
    made = merge(power, cable)
    classify_ticket(ticket=chosen, user=ada, topic=cable)

    unmerge_topic(user=root, merge=made)
    pump()

    power.refresh_from_db()
    assert (power.retired_at, power.merged_into) == (None, None)
    assert power.examples.count() == 40
    assert decided(POWER).topic == power.pk
    assert [topic_of(moved), topic_of(chosen)] == [power, cable]
    with pytest.raises(InUse):
        unmerge_topic(user=root, merge=made)


def test_merges_in_a_row_are_undone_from_the_last(
    model,
    make_ticket,
    topics,
    cable,
    merge,
    root,
    pump,
):
    power, bill = topics
    ticket = about(power, make_ticket())
    first = merge(power, cable)
    second = merge(cable, bill)
    assert topic_of(ticket) == bill
    assert decided(POWER).topic == bill.pk

    with pytest.raises(InUse):
        unmerge_topic(user=root, merge=first)
    for one in (second, first):
        unmerge_topic(user=root, merge=one)
        pump()

    assert topic_of(ticket) == power
    assert decided(POWER).topic == power.pk
    again = merge(power, cable)
    assert topic_of(ticket) == cable, "not back at once, by the first one's undoing"
    assert again.tickets == [ticket.pk]


@pytest.mark.parametrize(
    ("of", "into"),
    [
        ({"is_pinned": True}, {}),
        ({"is_danger": True}, {}),
        ({"needs_approval": True}, {}),
        ({"retired_at": "2026-01-01T00:00Z"}, {}),
        ({}, {"retired_at": "2026-01-01T00:00Z"}),
    ],
)
def test_what_would_lose_care_is_not_merged(topics, cable, root, of, into):
    power, bill = topics
    Topic.objects.filter(pk=power.pk).update(**of)
    Topic.objects.filter(pk=cable.pk).update(**into)

    with pytest.raises(Invalid):
        merge_topic(user=root, topic=power, into=cable)

    assert not Topic.objects.exclude(merged_into=None).exists()


def test_a_topic_is_not_merged_into_its_part_or_itself(topics, cable, root):
    power, bill = topics
    Topic.objects.filter(pk=cable.pk).update(parent=power)
    for into in (cable, power):
        with pytest.raises(Invalid):
            merge_topic(user=root, topic=power, into=into)


def test_who_sets_up_the_desk_merges(topics, cable, lena):
    with pytest.raises(NotAllowed):
        merge_topic(user=lena, topic=topics[0], into=cable)


def test_a_pinned_topic_stays_and_stands_first(topics, root):
    power, bill = topics
    change_topic(user=root, topic=power, is_pinned=True)

    with pytest.raises(Invalid):
        change_topic(user=root, topic=power, retired=True)
    assert [one.slug for one in all_topics()] == ["power", "bill"]


def test_a_merged_topic_comes_back_by_undoing_alone(topics, cable, merge, root):
    merge(topics[0], cable)
    topics[0].refresh_from_db()

    with pytest.raises(Invalid):
        change_topic(user=root, topic=topics[0], retired=False)


def test_a_new_name_is_written_down(topics, root):
    change_topic(user=root, topic=topics[0], name="Outage")

    [line] = AuditEntry.objects.filter(what="topic_changed")
    assert (line.before, line.after) == ({"name": "Power"}, {"name": "Outage"})


def test_clients_merge_look_and_take_back(
    as_client,
    root,
    make_ticket,
    topics,
    cable,
    pump,
):
    client = as_client(root)
    ticket, old = about(topics[0], make_ticket()), about(topics[0], make_ticket())
    close(old)

    answer = client.post(
        "/api/v1/topics/power/merge", {"into": "cable"}, content_type="application/json"
    )
    pump()

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["topic"], made["into"], made["tickets"]) == ("power", "cable", 1)
    one = client.get("/api/v1/topics/power").json()
    assert (one["merged_into"], one["is_pinned"]) == ("cable", False)
    listed = client.get("/api/v1/tickets?topic=cable").json()["results"]
    assert {row["id"] for row in listed} == {str(ticket.public_id), str(old.public_id)}
    # Who still says the old name means the new one.
    said = client.post(
        f"/api/v1/tickets/{ticket.public_id}/classify",
        {"topic": "power"},
        content_type="application/json",
    )
    assert said.json()["topic"]["slug"] == "cable"
    [listed] = client.get("/api/v1/topics/merges").json()["results"]
    assert listed["id"] == made["id"]
    undone = client.post(
        f"/api/v1/topics/merges/{made['id']}/undo", {}, content_type="application/json"
    )
    assert undone.json()["undone_at"]
