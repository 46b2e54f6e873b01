"""A message is about several things, and one of them comes first."""

import pytest

from conversations.models import Message
from tests.webcare.topics.said import BILL, POWER, decided
from webcare.actions.topic_merges import merge_topic
from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.parts import MOST_PARTS, parts_of
from webcare.models import TicketTopic, Topic, TopicRule

pytestmark = pytest.mark.django_db

BOTH = (
    f"Good morning to all. {POWER} since 7 o'clock. Please look. It is cold. "
    f"And then, {BILL} by 17 euro! Greetings from me. Thank you so much. Really. Do."
)


@pytest.fixture
def words(topics):
    power, bill = topics
    TopicRule.objects.create(topic=power, kind="word", pattern="dark")
    TopicRule.objects.create(topic=bill, kind="phrase", pattern="too high")


def beside(ticket):
    rows = TicketTopic.objects.filter(ticket=ticket).order_by("position")
    return list(rows.values_list("topic__slug", "by"))


def test_the_rule_that_says_most_is_first_and_the_others_stand_beside(topics, words):
    power, bill = topics

    found = decided("It is dark, and my bill is too high")

    assert (found.topic, found.by) == (bill.pk, DecidedBy.RULE)
    assert [(one.topic, one.by, one.found) for one in found.also] == [
        (power.pk, DecidedBy.RULE, "dark")
    ]
    assert found.explanation["also"] == [
        {"topic": power.pk, "by": "rule", "found": "dark"}
    ]


def test_a_sentence_of_its_own_is_found_beside_the_whole(model, topics):
    found = decided(BOTH)

    named = {found.topic, *(one.topic for one in found.also)}
    assert named - {None} == {one.pk for one in topics}
    assert all(one.found in BOTH for one in found.also)


def test_what_asks_one_thing_has_nothing_beside(model, topics):
    assert decided(POWER).also == ()
    assert decided(f"{POWER}. " * 9).also == ()


def test_the_same_in_any_batch(model):
    from webcare.actions.topics import Asked, decide_topics

    texts = [BOTH, POWER, f"{BILL}. {BOTH}", ""]
    asked = [Asked(text, "en", "") for text in texts]

    assert decide_topics(asked) == [decide_topics([one])[0] for one in asked]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One short one. And another short one.", 0),
        ("word " * 40, 0),
        ("these are four words. " * 4 + "too few. " * 9, 4),
        ("these are four words!\n" * 30, MOST_PARTS),
    ],
)
def test_a_long_text_is_cut_in_sentences(text, count):
    parts = parts_of(text)

    assert len(parts) == count
    assert all(part in text for part in parts)


def test_a_ticket_keeps_lists_and_finds_what_it_is_about_too(
    make_ticket, words, topics, as_client, root
):
    ticket = make_ticket(text="It is dark, and my bill is too high")
    make_ticket(text="It is dark")

    assert beside(ticket) == [("power", "rule")]
    client = as_client(root)
    one = client.get(f"/api/v1/tickets/{ticket.public_id}").json()
    assert one["topic"]["slug"] == "bill"
    assert one["also_topics"] == [{"slug": "power", "name": "Power", "by": "rule"}]
    [found] = client.get("/api/v1/tickets?also_topic=power").json()["results"]
    assert found["id"] == str(ticket.public_id)
    first = client.get("/api/v1/tickets?topic=power").json()["results"]
    assert len(first) == 1, "asks for the first alone, so that lists add up"
    assert first[0]["id"] != str(ticket.public_id)
    assert client.get("/api/v1/tickets?also_topic=bill").json()["results"] == []


def test_what_a_person_says_stays_whatever_comes(
    make_ticket, topics, words, as_client, root, hear, shop, item, pump
):
    power, bill = topics
    ticket = make_ticket(text="It is dark, and my bill is too high")
    client = as_client(root)

    said = client.post(
        f"/api/v1/tickets/{ticket.public_id}/classify",
        {"topic": "power", "also": ["bill", "power"]},
        content_type="application/json",
    ).json()

    assert [one["slug"] for one in said["also_topics"]] == ["bill"]
    assert said["also_topics"][0]["by"] == "person"
    [first] = Message.objects.all()
    hear(
        shop,
        item(author={"external_id": first.author.external_id}, text="too high, dark"),
    )
    pump()
    assert beside(ticket) == [("bill", "person")]
    again = client.post(
        f"/api/v1/tickets/{ticket.public_id}/classify",
        {"topic": "bill"},
        content_type="application/json",
    ).json()
    assert (again["topic"]["slug"], again["also_topics"]) == ("bill", [])


def test_a_merge_is_followed_beside_too(make_ticket, topics, words, root):
    cable = Topic.objects.create(slug="cable", name="Cable")
    ticket = make_ticket(text="It is dark, and my bill is too high")

    merge_topic(user=root, topic=topics[0], into=cable)

    assert beside(ticket) == [("cable", "rule")]


def test_the_page_tells_it(make_ticket, topics, words, client, root):
    ticket = make_ticket(text="It is dark, and my bill is too high")

    client.force_login(root)
    page = client.get(
        f"/tickets/{ticket.public_id}", headers={"accept-language": "en"}
    ).content.decode()

    assert "Also about Power" in page
