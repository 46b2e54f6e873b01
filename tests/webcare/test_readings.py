"""What messages are taken for is kept and acted on, and people overrule it."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from webcare.actions import readings
from webcare.actions.priority import set_danger
from webcare.domain.readings import Sentiment
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import Alarm, Decision, Reading, RoutingRule, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

GAS = "Sterke gaslucht in het trappenhuis"
ANGRY = "Schandalig, dit is belachelijk slecht"


@pytest.fixture
def hears(shop, shop_queue, hear, item):
    """Lets somebody say something to the shop, or again what they said, edited."""

    def say(text, **fields):
        [message] = hear(shop, item(text=text, **fields))
        return message, Ticket.objects.filter(ticket_messages__message=message).first()

    RoutingRule.objects.create(position=1, queue=shop_queue)
    return say


@pytest.fixture
def edits(shop, hear):
    def edit(message, text):
        now = timezone.now().isoformat()
        hear(
            shop,
            {
                "external_id": message.external_id,
                "author": {"external_id": message.author.external_id},
                "text": text,
                "posted_at": message.posted_at.isoformat(),
                "edited_at": now,
            },
        )

    return edit


def test_danger_rings_and_stands_on_top_without_a_word_of_the_desk(hears):
    message, ticket = hears(GAS)

    assert (ticket.is_danger, ticket.priority, ticket.priority_by) == (
        True,
        "urgent",
        "danger",
    )
    assert Alarm.objects.get().ticket == ticket
    assert Decision.objects.get(message=message).reason == "danger"
    kept = Reading.objects.get(message=message)
    assert (kept.danger, kept.danger_why, kept.danger_score) == ("danger", "gas", 1.0)
    assert kept.danger_edition == 1


def test_a_figure_of_speech_rings_for_nobody(hears):
    _, ticket = hears("Ik schrok me dood van de rekening")

    assert not ticket.is_danger
    assert not Alarm.objects.exists()


def test_what_nobody_said_to_us_is_a_ticket_when_pipes_are_in_it(forum, hear, item):
    [gas] = hear(forum, item(text=GAS, addressed=False))
    [news] = hear(forum, item(text="Man met mes in de metro", addressed=False))

    assert Decision.objects.get(message=gas).verdict == "answer"
    assert Decision.objects.get(message=news).verdict == "watch"
    assert not Reading.objects.filter(message=news).exists()


def test_a_false_alarm_is_kept_beside_what_was_read(hears, lena, edits):
    message, ticket = hears(GAS)
    set_danger(ticket=ticket, user=lena, is_danger=False, reason="A film.")
    edits(message, GAS + "!!")

    kept = Reading.objects.get(message=message)
    assert (kept.danger, kept.danger_said, kept.danger_said_by) == (
        "danger",
        "none",
        lena,
    )
    ticket.refresh_from_db()
    assert not ticket.is_danger
    assert Alarm.objects.filter(acknowledged_at=None).count() == 0


def test_who_edits_danger_into_it_is_heard(hears, edits):
    message, ticket = hears("Hallo")
    edits(message, GAS)

    ticket.refresh_from_db()
    assert ticket.is_danger
    assert Alarm.objects.get().ticket == ticket
    [line] = ticket.events.filter(kind="priority_changed")
    assert line.data["is_danger"] is True


def test_a_person_says_danger_that_no_machine_heard(hears, ada):
    message, ticket = hears("Hallo")
    set_danger(ticket=ticket, user=ada, is_danger=True, reason="On the phone.")

    kept = Reading.objects.get(message=message)
    assert (kept.danger, kept.danger_said) == ("none", "danger")


def test_a_ticket_says_how_its_author_feels_by_their_newest_message(hears, item):
    message, ticket = hears(ANGRY)
    assert ticket.sentiment == "negative"

    again = {
        "author": {"external_id": message.author.external_id},
        "in_reply_to": message.external_id,
        "posted_at": timezone.now().isoformat(),
    }
    hears("Super, topservice!", **again)
    ticket.refresh_from_db()
    assert ticket.sentiment == "positive"


def test_what_a_person_says_of_a_feeling_stays(hears, edits, ada):
    message, ticket = hears(ANGRY)
    readings.set_sentiment(ticket=ticket, user=ada, sentiment=Sentiment.POSITIVE)
    edits(message, ANGRY + "!!")

    ticket.refresh_from_db()
    kept = Reading.objects.get(message=message)
    assert (kept.sentiment, kept.sentiment_said, kept.sentiment_said_by) == (
        "negative",
        "positive",
        ada,
    )
    assert ticket.sentiment == "positive"
    [line] = ticket.events.filter(kind=TicketEvent.Kind.SENTIMENT_CHANGED)
    assert line.data == {
        "message": message.pk,
        "sentiment": "positive",
        "was": "negative",
    }


@pytest.mark.parametrize("what", ["danger_said", "sentiment_said"])
def test_the_database_keeps_what_people_said(hears, what):
    message, _ = hears("Hallo")
    word = {"danger_said": "none", "sentiment_said": "neutral"}[what]
    Reading.objects.filter(message=message).update(**{what: word})

    with pytest.raises(IntegrityError, match="is kept"), transaction.atomic():
        Reading.objects.filter(message=message).update(**{what: ""})


def test_who_may_not_work_on_it_says_nothing(hears, ada, cas):
    _, ticket = hears(ANGRY)

    with pytest.raises(NotAllowed):
        readings.set_sentiment(ticket=ticket, user=cas, sentiment=Sentiment.NEUTRAL)
    with pytest.raises(Invalid):
        readings.set_sentiment(ticket=ticket, user=ada, sentiment=Sentiment.UNSURE)


def test_a_batch_costs_what_a_message_costs(
    shop, hear, item, django_assert_max_num_queries
):
    hear(shop, item(text=ANGRY))
    messages = [m for n in range(20) for m in hear(shop, item(text=f"{ANGRY} {n}"))]
    heard = readings.heard([m.pk for m in messages])

    with django_assert_max_num_queries(1):
        readings.keep(heard)


def test_clients_read_correct_and_filter(hears, ada, as_client):
    message, ticket = hears(ANGRY)
    client = as_client(ada)
    path = f"/api/v1/tickets/{ticket.public_id}"

    [one] = client.get(f"{path}/readings").json()["results"]
    assert one["message"] == str(message.public_id)
    assert (one["sentiment"]["label"], one["sentiment"]["said_by"]) == (
        "negative",
        None,
    )
    assert one["danger"] == {
        "label": "none",
        "machine": "none",
        "score": 0.0,
        "why": "",
        "edition": 1,
        "said_by": None,
        "said_at": None,
    }

    said = client.post(
        f"{path}/sentiment",
        json.dumps({"sentiment": "neutral"}),
        content_type="application/json",
    )
    assert (said.status_code, said.json()["sentiment"]) == (200, "neutral")
    [one] = client.get(f"{path}/readings").json()["results"]
    assert (one["sentiment"]["label"], one["sentiment"]["machine"]) == (
        "neutral",
        "negative",
    )
    found = client.get("/api/v1/tickets?sentiment=neutral,positive").json()["results"]
    assert [row["id"] for row in found] == [str(ticket.public_id)]
    assert client.get("/api/v1/tickets?sentiment=negative").json()["results"] == []
    assert client.get("/api/v1/tickets?sentiment=glad").status_code == 422
    checked = client.get("/api/v1/topics/quality").json()["readings"]
    assert (checked["sentiment_said"], checked["sentiment_same"]) == (1, 0)


def test_the_desk_shows_and_corrects_it(hears, ada, client):
    _, ticket = hears(ANGRY)
    client.force_login(ada)
    page = client.get(f"/tickets/{ticket.public_id}").content.decode()
    assert "Negative" in page

    client.post(f"/tickets/{ticket.public_id}/sentiment", {"sentiment": "positive"})
    ticket.refresh_from_db()
    assert ticket.sentiment == "positive"
