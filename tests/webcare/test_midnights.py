"""Midnights long past are what the backlog was then, by whatever it is told."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from tests.webcare.test_marks import STEPS, age, story
from webcare.actions import midnights, rolls_due
from webcare.domain.reports import By
from webcare.exceptions import Invalid
from webcare.models import Roll, Ticket, TicketOpening
from webcare.queries import backlog
from webcare.queries.reports import Asked
from webcare.queries.rolls import Span, begin_of, day_of

pytestmark = pytest.mark.django_db
__all__ = ["story"]
PAST = 9


def last_days():
    today = day_of(database_now())
    return [today - timedelta(days=n) for n in range(PAST)]


def asked(by):
    now = database_now()
    return Asked(Span(now - timedelta(days=PAST), now), now, by)


def kept(user, of):
    return {
        (line.key, line.of): (line.tickets, line.oldest_seconds, line.ages)
        for line in backlog.midnights(user, asked(By.DAY), of)
    }


def read(user, of):
    """The same, each midnight read by itself."""
    return {
        (str(day), line.key): (line.tickets, line.oldest_seconds, line.ages)
        for day in last_days()
        for line in backlog.backlog(user, asked(of), begin_of(day))
        if begin_of(day) >= asked(of).period.start
    }


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=st.lists(st.lists(STEPS, max_size=6), min_size=3, max_size=3))
def test_midnights_told_by_the_log_are_what_lay_then(story, root, days):
    with transaction.atomic():
        told = story()
        for steps in days:
            age(2)
            for step, *args in steps:
                getattr(told, step)(*args)
        age(1)
        assert midnights.keep_midnights(last_days()) == PAST
        for of in (By.QUEUE, By.TOPIC, By.CHANNEL, By.PRIORITY):
            assert kept(root, of) == read(root, of)
        transaction.set_rollback(True)


def test_both_ways_keep_the_same(story, root):
    story()
    age(1)
    today = day_of(database_now())
    assert midnights.keep_midnights([today]) == 1
    by_log = kept(root, By.PRIORITY)
    Roll.objects.all().delete()

    assert midnights.keep_midnight(today) == 1
    assert kept(root, By.PRIORITY) == by_log
    assert midnights.keep_midnights([today]) == 0


def test_a_midnight_long_past_is_as_old_as_was_known_then(story, root):
    told = story()
    age(3)
    told.ask(0, 400_000)  # heard late: from now on the ticket is older than it was
    age(2)
    assert TicketOpening.objects.exists()

    midnights.keep_midnights(last_days())

    assert kept(root, By.QUEUE) == read(root, By.QUEUE)


def test_the_past_is_kept_without_being_asked(story):
    story()
    age(8)
    while rolls_due.roll_up_due():
        pass

    days = Roll.objects.filter(measure="backlog").values_list("start", flat=True)
    first = day_of(Ticket.objects.earliest("opened_at").opened_at)
    expected = [day for day in last_days() if day > first]
    assert sorted(days, reverse=True) == expected


def test_midnights_are_of_one_topic_or_channel(story, root, forum):
    story()
    age(1)
    midnights.keep_midnight(day_of(database_now()))
    whole = asked(By.DAY)
    of_shop = Asked(whole.period, whole.as_of, By.DAY, channel="x-shop")

    [line] = backlog.midnights(root, of_shop)
    assert line.tickets == Ticket.objects.count() > 0
    with pytest.raises(Invalid):
        backlog.midnights(root, of_shop, By.TOPIC)


def test_what_cannot_be_added_up_holds_no_other_back(story):
    story()
    age(8)
    fetch("DROP TABLE webcare_decisionversion", [])
    while rolls_due.roll_up_due():
        pass

    made = set(Roll.objects.values_list("measure", flat=True))
    assert made >= {"backlog", "responses", "opened", "first_response"}
    assert not made & {"response_rate", "added_value"}
