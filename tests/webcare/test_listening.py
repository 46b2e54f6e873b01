"""What is talked about: by topic, against the time before, and week by week."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from webcare.domain.listening import Trend
from webcare.exceptions import NotAllowed
from webcare.models import Ticket, Topic
from webcare.queries.listening import topics_heard, weeks_heard

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def talk(make_ticket, delivery_topic):
    """Five about boxes, on one day; about deliveries one a week for five weeks."""
    boxes = Topic.objects.create(slug="boxes", name="Boxes")

    def at(moment, topic):
        Ticket.objects.filter(pk=make_ticket().pk).update(
            opened_at=moment, changed_at=moment, topic=topic
        )

    def make(now):
        for hours in range(5):
            at(now - timedelta(hours=hours + 1), boxes)
        for weeks in range(5):
            at(now - timedelta(days=1, weeks=weeks), delivery_topic)
        at(now - timedelta(days=2), None)
        return {"boxes": boxes.pk, "delivery": delivery_topic.pk}

    return make


@pytest.fixture
def heard(talk):
    """What was said until this moment."""
    return talk(timezone.now())


def test_topics_of_a_period_against_the_four_before(talk, lena):
    heard = talk(NOW)
    found = {one.topic: one for one in topics_heard(lena, 7, NOW)}

    assert {one: (row.now, row.before) for one, row in found.items()} == {
        heard["boxes"]: (5, 0),
        heard["delivery"]: (1, 3),
        None: (1, 0),
    }
    assert found[heard["boxes"]].trend == Trend.NEW
    assert found[heard["delivery"]].trend == Trend.STEADY
    assert found[heard["delivery"]].usual == 1


def test_a_young_desk_compares_with_what_it_has(talk, lena):
    heard = talk(NOW)
    by_days = {
        days: {one.topic: one for one in topics_heard(lena, days, NOW)}
        for days in (7, 28)
    }

    assert by_days[7][heard["boxes"]].times == 3, "29 days are four weeks and one"
    assert by_days[28][heard["boxes"]].times == 0
    assert by_days[28][heard["boxes"]].trend == Trend.STEADY
    assert by_days[28][heard["boxes"]].usual is None


def test_weeks_are_whole_ones(talk, lena):
    heard = talk(NOW)
    mondays, by_topic, whole = weeks_heard(lena, [heard["delivery"]], NOW)

    assert len(mondays) == 12
    assert mondays[-1].isoformat() == "2026-02-23", "the week that goes on is left out"
    assert by_topic[heard["delivery"]][-4:] == [1, 1, 1, 1]
    assert whole[-1] == 1


def test_who_works_for_somebody_else_is_told_nothing(heard, bo):
    bo.is_external = True
    bo.save(update_fields=["is_external"])

    with pytest.raises(NotAllowed):
        topics_heard(bo, 7, NOW)


def test_the_api_says_the_same(heard, as_client, lena):
    answer = as_client(lena).get("/api/v1/listening/topics?days=7").json()

    first = answer["topics"][0]
    assert (first["topic"], first["tickets"], first["before"]) == ("boxes", 5, 0)
    assert first["trend"] == "new"
    assert round(first["share"], 3) == round(5 / 7, 3)
    refused = as_client(lena).get("/api/v1/listening/topics?days=8")
    assert refused.status_code == 422


def page(user, address="/listening"):
    client = Client()
    client.force_login(user)
    return client.get(address)


def test_the_page_points_at_what_is_new_and_at_its_tickets(heard, lena):
    shown = page(lena).content.decode()

    assert "Boxes" in shown
    assert "topic=boxes&amp;opened_after=" in shown
    [address] = {
        part.split('"')[0].replace("&amp;", "&")
        for part in shown.split('href="')
        if "topic=boxes" in part.split('"')[0]
    }
    assert page(lena, address).content.decode().count("<li data-ticket") in {0, 5}


def test_an_empty_desk_says_what_to_do(lena):
    assert "Nothing was heard yet" in page(lena).content.decode()


def test_statements_do_not_grow_with_topics(heard, lena, make_ticket):
    def talk_of(numbers):
        for number in numbers:
            topic = Topic.objects.create(slug=f"t-{number}", name=f"T{number}")
            Ticket.objects.filter(pk=make_ticket().pk).update(topic=topic)

    talk_of(range(6))  # as many as the chart draws, and more
    with CaptureQueriesContext(connection) as few:
        page(lena)
    talk_of(range(6, 20))
    with CaptureQueriesContext(connection) as many:
        page(lena)

    assert len(few) == len(many)


def test_who_sees_no_reports_sees_no_page(heard, cas):
    assert page(cas).status_code == 403
