"""Promises by when they were kept or broken, against one clock after the other."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from conversations.models import Author, Thread
from conversations.queries.clock import database_now
from webcare.domain.reports import By, Look
from webcare.models import Clock, Ticket, Turn
from webcare.queries import reports
from webcare.queries.settled import settled_at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def clocks(shop, shop_queue, power_queue, ada):
    """Promises of every kind and fate, on tickets of two queues, from a seed."""

    def make(seed):
        chance, now = Random(seed), database_now()
        for number in range(50):
            ticket = _ticket(
                number, shop, chance.choice([shop_queue, power_queue]), now
            )
            for turn in range(1, chance.randint(2, 4)):
                _of_turn(chance, ticket, turn, now, ada)
            _of_ticket(chance, ticket, now)
        return list(Clock.objects.select_related("turn", "ticket__queue"))

    return make


def _ticket(name, channel, queue, now):
    return Ticket.objects.create(
        thread=Thread.objects.create(
            channel=channel, key=f"t:{name}", visibility="public"
        ),
        author=Author.objects.create(channel=channel, external_id=f"a-{name}"),
        channel=channel,
        queue=queue,
        status="open",
        opened_at=now - 400 * HOUR,
        last_message_at=now - 400 * HOUR,
    )


def _some(chance, now):
    """A moment of the last days, now and then on the minute."""
    at = now - chance.randrange(200) * HOUR - timedelta(seconds=chance.randrange(90))
    return at.replace(second=0, microsecond=0) if chance.random() < 0.3 else at


def _of_turn(chance, ticket, number, now, user):
    started = now - 300 * HOUR
    outcome = "waiting" if number == 3 else chance.choice(["answered", "left"])
    ended = _some(chance, now) if outcome != "waiting" else None
    turn = Turn.objects.create(
        ticket=ticket,
        number=number,
        channel=ticket.channel,
        outcome=outcome,
        started_at=started,
        known_from=started,
        ended_at=ended,
        end_known_at=ended,
        calendar_seconds=ended and int((ended - started).total_seconds()),
        queue=ticket.queue if ended else None,
        answered_by=user if outcome == "answered" else None,
    )
    promise = "first_response" if number == 1 else "next_response"
    _clock(chance, ticket, promise, started, now, turn=turn, stopped_at=ended)


def _of_ticket(chance, ticket, now):
    stopped = _some(chance, now) if chance.random() < 0.6 else None
    _clock(chance, ticket, "resolution", ticket.opened_at, now, stopped_at=stopped)


def _clock(chance, ticket, promise, started, now, **fields):
    due = _some(chance, now + 40 * HOUR) if chance.random() < 0.9 else None
    broken = due - HOUR if due and chance.random() < 0.2 else None
    Clock.objects.create(
        ticket=ticket,
        promise=promise,
        started_at=started,
        due_at=due,
        breached_at=broken,
        target_seconds=3_600,
        known_from=started,
        **fields,
    )


def _decided(clock):
    """When, and what it came to; the minute in which it is due is in time."""
    late = clock.breached_at or (
        clock.due_at
        and clock.due_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    )
    end = clock.turn.ended_at if clock.turn else clock.stopped_at
    if end and not (late and end >= late):
        is_left = clock.turn and clock.turn.outcome == "left"
        return end, ["left" if is_left else "met"]
    return late, ["breached"] if end else ["breached_and_open"]


KEYS = {
    None: lambda clock, at: None,
    By.QUEUE: lambda clock, at: clock.ticket.queue.slug,
    By.DAY: lambda clock, at: f"{at.astimezone(ZoneInfo('Europe/Amsterdam')):%F}",
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("by", KEYS)
def test_promises_by_event_equal_a_plain_computation(clocks, root, rest, by, seed):
    every = clocks(seed)
    rest()
    as_of = settled_at()
    start, end = as_of - 150 * HOUR, as_of - 20 * HOUR
    wanted = defaultdict(Counter)
    for clock in every:
        at, names = _decided(clock)
        if at and start <= at < end:
            wanted[clock.promise, KEYS[by](clock, at)].update(names)

    asked = reports.Asked(reports.Period(start, end), as_of, by, Look.EVENT)
    found = {
        (promise.value, line.key): Counter({n: c for n, c in line.counts.items() if c})
        for promise, line in reports.service_level(root, asked)
    }

    assert found == wanted
    assert {name for one in wanted.values() for name in one} == {
        *("met", "left", "breached", "breached_and_open")
    }
