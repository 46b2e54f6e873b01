"""Turns of a month and a half, what is asked of them, and what may become of them."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from conversations.models import Author, Thread
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import rolls
from webcare.models import Mark, Ticket, Turn
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import Span, day_of
from webcare.queries.rolls_due import days_due
from webcare.queries.scopes import Scope

RESPONSES = ROLLED["responses"]
# A whole month, the night on which the clock changes, ragged ends.
START = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)
DAYS = 40
LENGTHS = [0, 1, 60, 224, 226, 451, 899, 900, 901, 3_600, 3_601, 12_345, 86_400, 90_001]


def scope(**given):
    period = Span(START, START + timedelta(days=DAYS))
    return Scope(**{"queues": None, "period": period, "as_of": database_now()} | given)


def roll_all():
    """Every day and month in which there is something, from nothing."""
    last = (START + timedelta(days=DAYS + 4)).date()
    for view in RESPONSES.views:
        by_month = defaultdict(list)
        for day in days_due(RESPONSES, view):
            if day <= last:
                by_month[day.replace(day=1)].append(day)
        for days in by_month.values():
            rolls.roll_days(RESPONSES, view, days)
        rolls.roll_months(RESPONSES, view, list(by_month))


def everything(row):
    """All but the percentiles, which are rounded, and waits, which go on."""
    return (row.key, row.counts, row.ended, row.waiting, row.buckets)


def fields_of(way):
    return {name: getattr(way, name) for name in way.__slots__}


def still(row):
    """All of a row but how long those who wait have waited by now."""
    return (row.key, row.counts, row.ended, row.waiting, row.buckets, row.percentiles)


CHANGES = {
    "corrected": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        calendar_seconds=7, ended_at=turn.started_at + timedelta(seconds=7)
    ),
    "begun earlier": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        started_at=turn.started_at - timedelta(days=2)
    ),
    "put elsewhere": lambda turn: Turn.objects.filter(pk=turn.pk).update(queue=None),
    "taken up": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        outcome="left", answered_by=None
    ),
    "removed": lambda turn: Turn.objects.filter(pk=turn.pk).delete(),
    "added": lambda turn: _copy(turn),
}


def _copy(turn):
    turn.pk, turn.number = None, turn.number + 1_000
    turn.start_known_at = turn.known_from = database_now()
    turn.save(force_insert=True)


def roll_all_marked():
    """The local days of all marks, each once, those of one month together."""
    marked = defaultdict(set)
    for mark in Mark.objects.all():
        day = day_of(mark.quarter)
        marked[mark.measure, mark.view, day.replace(day=1)].add(day)
    for (measure, view, _), days in marked.items():
        rolls.roll_days(ROLLED[measure], view, sorted(days))


def cells():
    rows = fetch(
        """SELECT r.measure, r.view, r.grain, r.start, c.dimension, c.queue, c.key,
                  c.counts, c.calendar_buckets, c.calendar_cases, c.business_buckets,
                  c.business_cases
             FROM webcare_cell c JOIN webcare_roll r ON r.id = c.roll_id
            ORDER BY 1, 2, 3, 4, 5, 6, 7""",
        [],
    )
    return rows


def ticket_of(name, channel, queue):
    author = Author.objects.create(channel=channel, external_id=name)
    thread = Thread.objects.create(channel=channel, key=name, visibility="public")
    return Ticket.objects.create(
        thread=thread,
        author=author,
        channel=channel,
        queue=queue,
        status="open",
        opened_at=START,
        last_message_at=START,
    )


def turn_of(chance, number, tickets, channels, topics, people):
    waits = number <= len(tickets)
    ticket = tickets[number - 1] if waits else chance.choice(tickets)
    started = START + timedelta(seconds=chance.randrange(DAYS * 86_400))
    seconds = chance.choice([*LENGTHS, chance.randrange(200_000)])
    answered = chance.random() < 0.8
    facts = {"outcome": "waiting"}
    if not waits:
        facts = {
            "outcome": "answered" if answered else "left",
            "ended_at": started + timedelta(seconds=seconds),
            "calendar_seconds": seconds,
            "business_seconds": seconds // 3,
            "in_hours": chance.random() < 0.7,
            "answered_by": chance.choice(people) if answered else None,
            "queue": ticket.queue,
            "topic": chance.choice(topics),
            "priority": chance.choice(["low", "normal", "urgent"]),
        }
    known = started + timedelta(seconds=5)
    return Turn(
        ticket=ticket,
        number=number,
        channel=chance.choice(channels),
        started_at=started,
        start_known_at=known,
        known_from=known,
        **facts,
    )
