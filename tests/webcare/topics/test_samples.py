"""How often machines are right, by tickets drawn by lot that people checked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webcare.actions.tickets import classify_ticket
from webcare.actions.topic_merges import merge_topic
from webcare.actions.topic_samples import check_ticket, draw_sample
from webcare.domain.shares import wilson
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import (
    SampledTicket,
    Ticket,
    Topic,
    TopicExample,
    TopicRule,
    TopicSample,
)
from webcare.queries.topic_samples import figures

pytestmark = pytest.mark.django_db

PATH = "/api/v1/topics/samples"


@pytest.fixture
def decided(make_ticket, topics):
    """Four tickets by rules: three of power, one of bills; and one of nothing."""
    power, bill = topics
    TopicRule.objects.create(topic=power, kind="word", pattern="dark")
    TopicRule.objects.create(topic=bill, kind="word", pattern="invoice")
    texts = ["dark here", "dark there", "too dark", "my invoice", "hello"]
    return [make_ticket(text=text) for text in texts]


@pytest.fixture
def sample(decided, root):
    return draw_sample(user=root, size=100, days=30)


def whole(sample):
    return figures([sample])[sample.pk]


def check(sample, user, **said):
    for one in sample.tickets.select_related("ticket", "topic"):
        if one.topic.slug in said:
            check_ticket(user=user, sampled=one, topic=said[one.topic.slug])


def test_what_machines_decided_is_drawn_and_no_ticket_twice(sample, decided):
    drawn = sample.tickets.values_list("ticket", "topic__slug", "by")

    assert sorted(drawn) == [
        *((one.pk, "power", "rule") for one in decided[:3]),
        (decided[3].pk, "bill", "rule"),
    ]


def test_a_lot_is_as_large_as_was_asked(decided, root):
    assert draw_sample(user=root, size=2, days=30).tickets.count() == 2


def test_everybody_has_the_same_chance(decided, root):
    drawn = {
        draw_sample(user=root, size=1, days=30).tickets.get().ticket_id
        for _ in range(60)
    }

    # One of four is missed by sixty draws once in ten million times.
    assert drawn == {one.pk for one in decided[:4]}


def test_what_a_person_changed_since_counts_as_it_was_decided(
    decided, root, topics, ada
):
    classify_ticket(ticket=decided[0], user=root, topic=topics[1])

    sample = draw_sample(user=root, size=100, days=30)

    assert sample.tickets.get(ticket=decided[0]).topic == topics[0]


def test_accuracy_comes_with_its_interval_in_all_and_by_topic(sample, root, topics):
    power, bill = topics
    assert whole(sample).whole.interval is None

    check(sample, root, power=power, bill=None)

    found = whole(sample)
    assert (found.drawn, found.whole.checked, found.whole.right) == (4, 4, 3)
    assert found.whole.interval == wilson(3, 4)
    assert found.topics[power.pk].right == 3
    assert found.topics[bill.pk] == (1, 0)
    assert found.by == {"rule": (4, 3)}


def test_the_last_word_counts_and_nothing_else_changes(sample, root, topics, decided):
    power, bill = topics
    check(sample, root, power=bill)
    check(sample, root, power=power)

    assert whole(sample).whole == (3, 3)
    assert not TopicExample.objects.exists()
    assert Ticket.objects.get(pk=decided[0].pk).topic_by == "rule"


def test_what_was_merged_since_is_the_same(sample, root, topics, pump):
    power, bill = topics
    check(sample, root, power=power)

    merge_topic(user=root, topic=power, into=bill)

    assert whole(sample).topics == {bill.pk: (3, 3)}


def test_where_nothing_was_decided_nothing_is_drawn(make_ticket, root, topics):
    make_ticket(text="hello")
    with pytest.raises(Invalid):
        draw_sample(user=root, size=10, days=30)
    assert not TopicSample.objects.exists()


def test_who_teaches_everywhere_draws_and_a_retired_topic_is_not_said(
    sample, lena, root, topics
):
    with pytest.raises(NotAllowed):
        draw_sample(user=lena, size=10, days=30)
    one = SampledTicket.objects.first()
    Topic.objects.filter(pk=topics[1].pk).update(retired_at=sample.drawn_at)
    with pytest.raises(Invalid):
        check_ticket(user=root, sampled=one, topic=Topic.objects.get(pk=topics[1].pk))


def test_clients_draw_check_blindly_and_read_the_figure(decided, as_client, root):
    client = as_client(root)
    made = client.post(PATH, {"size": 50}, content_type="application/json")
    assert made.status_code == 201, made.content
    path = f"{PATH}/{made.json()['id']}"
    rows = client.get(f"{path}/tickets").json()
    assert {row["machine"] for row in rows} == {None}, "who checks is not told"
    bill = next(row for row in rows if row["text"] == "my invoice")

    answer = client.post(
        f"{path}/tickets/{bill['id']}",
        {"topic": "bill"},
        content_type="application/json",
    ).json()

    assert (answer["drawn"], answer["checked"], answer["accuracy"]) == (4, 1, 1.0)
    assert (answer["low"], answer["high"]) == (0.2065, 1.0)
    assert answer["topics"][0]["topic"] == "bill"
    last = client.get(f"{path}/tickets").json()[-1]
    assert (last["said"], last["machine"], last["by"]) == ("bill", "bill", "rule")
    quality = client.get("/api/v1/topics/quality").json()["checked_sample"]
    assert quality["id"] == made.json()["id"]


def test_the_list_costs_the_same_however_many(
    decided, as_client, root, django_assert_num_queries
):
    client = as_client(root)
    draw_sample(user=root, size=4, days=30)
    client.get(PATH)
    with CaptureQueriesContext(connection) as one:
        assert client.get(PATH).status_code == 200
    for _ in range(3):
        draw_sample(user=root, size=4, days=30)

    with django_assert_num_queries(len(one)):
        assert len(client.get(PATH).json()["results"]) == 4
