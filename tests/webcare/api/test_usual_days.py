"""What comes in on a usual day, beside what comes in today."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from conversations.models import Message

pytestmark = pytest.mark.django_db
PATH = "/api/v1/reports/usual-day"


@pytest.fixture
def said_on(hear, item, shop):
    """So many messages at half past an hour, so many weeks ago."""
    zone = ZoneInfo(settings.DESK_TIME_ZONE)
    today = timezone.now().astimezone(zone).date()

    def say(weeks, hour, count):
        day = today - timedelta(weeks=weeks)
        at = datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone)
        for _ in range(count):
            [message] = hear(shop, item())
            Message.objects.filter(pk=message.pk).update(posted_at=at)

    return say


@pytest.fixture
def usual(as_client, root):
    def ask():
        time.sleep(0.03)  # until what was written is settled
        return as_client(root).get(PATH).json()

    return ask


def test_each_hour_is_the_median_of_the_days_since_the_desk_began(said_on, usual):
    for weeks, count in ((3, 1), (2, 6), (1, 3)):
        said_on(weeks, 9, count)
    said_on(1, 14, 2)
    said_on(9, 9, 5)  # longer ago
    said_on(0, 9, 7)  # today

    told = usual()

    hours = {line["key"]: line["messages_in"] for line in told["results"]}
    assert told["days"] == 3
    assert (hours["09"], hours["14"], hours["00"]) == (3, 0, 0)
    assert sorted(hours) == [f"{n:02}" for n in range(24)]


def test_a_day_without_a_message_since_then_counts(said_on, usual):
    said_on(4, 9, 4)
    said_on(1, 9, 2)

    told = usual()

    hours = {line["key"]: line["messages_in"] for line in told["results"]}
    assert (told["days"], hours["09"]) == (4, 1)


def test_a_desk_that_begins_has_no_usual_day(said_on, usual):
    said_on(0, 9, 2)

    assert (usual()["days"], usual()["results"]) == (0, [])
