"""Asked again as of a moment, reports say what they said, whatever came after."""

import time
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from tests.webcare.merging.test_clocks import Desk
from tests.webcare.test_clocks import TIGHT, WEEK, promise
from tests.webcare.test_facts import Story
from webcare.actions.calendars import change_calendar, make_calendar
from webcare.domain.reports import By, Clock, Look, Wait
from webcare.models import ClockVersion, TicketOpening, Turn
from webcare.queries import backlog, reports, share_reports
from webcare.queries.settled import settled_at

pytestmark = pytest.mark.django_db(transaction=True)

# What can happen to tickets, and the bounds of what it is told.
STEPS = [
    *[("ask", 2, 600), ("ask", 2, 0), ("reply", 9, 9), ("reply", 9, 9)],
    *[("thank", 2), ("answer_elsewhere", 2), ("resolve", 9), ("undo", 9)],
    *[("reopen", 9), ("decide", 9, 9), ("prioritise", 9, 9)],
    *[("merge", 9, 9), ("merge", 9, 9), ("unmerge", 9), ("split", 9, 9)],
]
BY_EVENT = {"view": Look.EVENT}
REPORTS = {
    "response-times": (reports.response_times, {}),
    "response-times by event": (reports.response_times, BY_EVENT),
    "response-times by agent": (reports.response_times, {"by": By.AGENT}),
    "response-times by priority": (reports.response_times, {"by": By.PRIORITY}),
    "first answers": (reports.response_times, {"of": Wait.FIRST}),
    "first words": (reports.response_times, {"of": Wait.ACKNOWLEDGEMENT}),
    "first words by event": (
        reports.response_times,
        {"of": Wait.ACKNOWLEDGEMENT, **BY_EVENT},
    ),
    "resolutions": (reports.resolutions, {}),
    "resolutions by event": (reports.resolutions, BY_EVENT),
    "reopen-rate": (reports.reopen_rates, {}),
    "first-contact-resolution": (reports.first_contacts, {}),
    "first-contact-resolution by event": (reports.first_contacts, BY_EVENT),
    "service-level": (reports.service_level, {}),
    "service-level by event": (reports.service_level, BY_EVENT),
    "service-level by priority": (reports.service_level, {"by": By.PRIORITY}),
    "volume": (reports.volume, {}),
    "volume by priority": (reports.volume, {"by": By.PRIORITY}),
    "agents": (reports.agents, {}),
}


def everything(user, began, as_of):
    """Every report, of what there was in the last hours, as of a moment."""
    period = reports.Period(began - timedelta(hours=3), began + timedelta(hours=1))
    said = {
        name: report(user, reports.Asked(period, as_of, **given))
        for name, (report, given) in REPORTS.items()
    }
    asked = reports.Asked(period, as_of)
    return said | {"backlog": backlog.backlog(user, asked, as_of)}


@pytest.fixture
def story(hear, item, pump, shop, lena, delivery_topic, root):
    return Story(hear, item, pump, shop, [lena, lena])


def test_reports_say_the_same_of_a_moment_after_late_news(story, root):
    chance, began, then = Random(0), settled_at(), {}
    for _ in range(20):
        step, *bounds = chance.choice(STEPS)
        getattr(story, step)(*(chance.randint(0, most) for most in bounds))
        time.sleep(0.05)
        as_of = settled_at()
        then[as_of] = step, everything(root, began, as_of)
    assert Turn.objects.exclude(outcome="waiting").exists()

    for as_of, (step, said) in then.items():
        for name, now in everything(root, began, as_of).items():
            assert now == said[name], (name, step)


LIVING = {
    "volume": reports.volume,
    "resolutions": reports.resolutions,
    "service-level": reports.service_level,
    "added-value": share_reports.added_value,
}


def test_when_a_ticket_was_opened_is_told_as_it_was_known(story, root, rest):
    """An older question that comes late moves it; as of before, it had not moved."""
    rest()
    began = settled_at()
    period = reports.Period(began - timedelta(minutes=30), began + timedelta(hours=1))

    def living(as_of):
        asked = reports.Asked(period, as_of)
        said = {name: report(root, asked) for name, report in LIVING.items()}
        return said | {"backlog": backlog.backlog(root, asked, as_of)}

    before = living(began)
    for late in (5_000, 6_000):
        story.ask(0, late)

    rest()
    assert living(began) == before
    assert TicketOpening.objects.count() == 2
    now = living(settled_at())
    assert [name for name in before if now[name] == before[name]] == []


def test_who_waits_is_counted_by_the_hours_that_held_then(
    make_ticket, shop_queue, root
):
    """Open day and night, and from today on an hour a day."""

    def open_from_to(start, end):
        hours = [{"from": start, "until": end}]
        return {"time_zone": "UTC", "week": dict.fromkeys(WEEK, hours)}

    shop_queue.calendar = make_calendar(
        user=root, slug="long", name="Long", definition=open_from_to("00:00", "24:00")
    )
    shop_queue.save()
    make_ticket(posted_at=(timezone.now() - timedelta(hours=50)).isoformat())
    time.sleep(0.05)
    as_of = settled_at()

    def waited(as_of):
        period = reports.Period(as_of - timedelta(days=3), as_of)
        asked = reports.Asked(period, as_of, clock=Clock.BUSINESS)
        [line] = reports.response_times(root, asked)
        return line.times.longest_waiting

    said = waited(as_of)
    assert said >= 50 * 3_600
    change_calendar(
        user=root,
        calendar=shop_queue.calendar,
        definition=open_from_to("09:00", "10:00"),
    )
    time.sleep(0.05)
    assert waited(settled_at()) <= 3 * 3_600
    assert waited(as_of) == said


PROMISED = (
    *("response-times", "response-times by event"),
    *("service-level", "service-level by event"),
)
MOVES = [
    *[("ask", 2, 600), ("ask", 2, 5_000), ("reply", 9, 9), ("reply", 9, 9)],
    *[("answer_elsewhere", 2), ("resolve", 9), ("reopen", 9), ("park", 9, 9)],
    *[("park", 9, 9), ("resume", 9), ("prioritise", 9, 9), ("prioritise", 9, 9)],
    *[("merge", 9, 9), ("unmerge", 9), ("split", 9, 9), ("tell",)],
]


@pytest.fixture
def desk(hear, item, pump, shop, lena, delivery_topic, root):
    promise(TIGHT)
    return Desk(hear, item, pump, shop, [lena, lena])


def test_a_promise_that_is_broken_by_late_news_was_not_due_then(desk, root):
    began = settled_at()
    time.sleep(0.05)
    as_of = settled_at()
    said = promised(root, began, as_of)

    desk.ask(0, 5_000)
    time.sleep(0.05)

    assert promised(root, began, as_of) == said
    assert promised(root, began, settled_at())["service-level"] != said["service-level"]


def test_promises_are_told_as_they_were_known(desk, root):
    """What held a clock up, pressed it or was heard of late came after the moment."""
    chance, began, then = Random(0), settled_at(), {}
    for _ in range(25):
        step, *bounds = chance.choice(MOVES)
        getattr(desk, step)(*(chance.randint(0, most) for most in bounds))
        time.sleep(0.05)
        as_of = settled_at()
        then[as_of] = step, promised(root, began, as_of)
    assert ClockVersion.objects.exists()

    for as_of, (step, said) in then.items():
        for name, now in promised(root, began, as_of).items():
            assert now == said[name], (name, step)


def promised(user, began, as_of):
    period = reports.Period(began - timedelta(hours=3), began + timedelta(hours=1))
    found = {}
    for name in PROMISED:
        report, given = REPORTS[name]
        found[name] = report(user, reports.Asked(period, as_of, **given))
    return found
