"""A desk of tickets of one turn each, and what else can be counted of them."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from conversations.models import Author, Message, Thread
from webcare.domain.counted_figures import FIGURES
from webcare.models import (
    Annoyance,
    Clock,
    Decision,
    Ending,
    Survey,
    Ticket,
    TicketMessage,
    Topic,
    Turn,
)

NOW = datetime.now(UTC)
LENGTHS = [0, 60, 900, 901, 3_600, 7_200, 40_000, 90_000]


def add_ticket(number, channel, queue):
    author = Author.objects.create(channel=channel, external_id=f"a-{number}")
    thread = Thread.objects.create(
        channel=channel, key=f"{number}", visibility="public"
    )
    opened = NOW - timedelta(hours=20 * number + 1)
    return Ticket.objects.create(
        thread=thread,
        author=author,
        channel=channel,
        queue=queue,
        status="open",
        opened_at=opened,
        last_message_at=opened,
        changed_at=opened,
    )


def add_turn(chance, ticket, number, topic, agent):
    outcome = ["waiting", "answered", "answered", "left"][number % 4]
    facts, seconds = {}, chance.choice(LENGTHS)
    if outcome != "waiting":
        facts = {
            "ended_at": ticket.opened_at + timedelta(seconds=seconds),
            "calendar_seconds": seconds,
            "business_seconds": seconds // 2,
            "in_hours": chance.random() < 0.7,
            "answered_by": agent if outcome == "answered" else None,
            "queue": ticket.queue,
            "topic": chance.choice([topic, None]),
            "priority": chance.choice(["normal", "urgent"]),
        }
    return Turn.objects.create(
        ticket=ticket,
        number=1 + number % 2,
        channel=ticket.channel,
        started_at=ticket.opened_at,
        outcome=outcome,
        **facts,
    )


def add_message(chance, ticket, number, direction="in"):
    message = Message.objects.create(
        channel=ticket.channel,
        thread=ticket.thread,
        author=ticket.author if direction == "in" else None,
        external_id=f"m-{number}-{direction}",
        direction=direction,
        visibility="public",
        addressed=chance.random() < 0.5,
        posted_at=ticket.opened_at,
        received_at=ticket.opened_at,
    )
    TicketMessage.objects.create(message=message, ticket=ticket, origin_ticket=ticket)
    if direction == "in":
        add_decision(message, is_last=chance.random() < 0.2)
    return message


def add_decision(message, *, is_last):
    facts = {"message": message, "decided_at": message.posted_at}
    if is_last:
        return Decision.objects.create(
            verdict="ignore", reason="closing_remark", **facts
        )
    return Decision.objects.create(verdict="answer", reason="asks", **facts)


def add_clocks(chance, ticket, turn):
    for promise, of in (
        ("first_response" if turn.number == 1 else "next_response", turn),
        ("resolution", None),
    ):
        due = ticket.opened_at + timedelta(seconds=chance.choice([600, 5_000, 400_000]))
        stopped = turn.ended_at if of or turn.number == 2 else None
        is_late = due < (stopped or NOW) - timedelta(minutes=2)
        Clock.objects.create(
            ticket=ticket,
            turn=of,
            promise=promise,
            started_at=ticket.opened_at,
            target_seconds=60,
            due_at=due,
            stopped_at=stopped,
            breached_at=due if is_late else None,
        )


def add_ending(chance, ticket, turn):
    at = ticket.opened_at + timedelta(seconds=60)
    again = at + timedelta(days=1) if chance.random() < 0.3 else None
    if not again:
        Ticket.objects.filter(pk=ticket.pk).update(
            status="resolved", resolved_at=at, resolution="answered"
        )
    Ending.objects.create(
        ticket=ticket,
        number=1,
        channel=ticket.channel,
        queue=ticket.queue,
        agent=turn.answered_by,
        opened_at=ticket.opened_at,
        at=at,
        known_at=at,
        outcome=chance.choice(["answered", "spam"]),
        calendar_seconds=60,
        business_seconds=60,
        reopened_at=again,
        reopened_known_at=again,
        priority="normal",
    )


def add_talk(chance):
    """In most tickets we spoke; some authors thanked us, others were fed up."""
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        ours = add_message(chance, ticket, f"ours-{number}", "out")
        theirs = add_message(chance, ticket, f"theirs-{number}", "in")
        later = ours.posted_at + timedelta(minutes=5)
        known = {"posted_at": later, "received_at": later}
        Message.objects.filter(pk=theirs.pk).update(**known)
        if number % 5 == 0:
            TicketMessage.objects.filter(message=ours).delete()
        if number % 3 == 0:
            Annoyance.objects.create(
                message=theirs, author=ticket.author, why="stop", edition=1
            )
    time.sleep(0.05)


def add_surveys(chance):
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        ended = NOW - timedelta(hours=chance.randrange(20 * 24))
        state = chance.choice(["answered", "answered", "expired", "waiting", "skipped"])
        score = chance.choice([1, 3, 4, 5, 5]) if state == "answered" else None
        add_survey(ticket, number, ended, score, state)


def add_survey(ticket, number, ended, score=None, state="answered"):
    asked = {}
    if state in ("answered", "expired"):
        asked = {"asked_at": ended, "rests_until": ended + timedelta(days=30)}
    topic = Topic.objects.first() if number % 2 else None
    Survey.objects.create(
        ticket=ticket,
        event_id=number + 1,
        ended_at=ended,
        due_at=ended,
        author=ticket.author,
        channel=ticket.channel,
        queue=ticket.queue,
        topic=topic,
        priority=["normal", "urgent"][number % 2],
        language="nl",
        state=state,
        reason="no_private_way" if state == "skipped" else "",
        score=score,
        answered_at=ended + timedelta(hours=number) if score else None,
        **asked,
    )


def assert_lists(client, report, body):
    for line in body["results"]:
        of = {name: line[name] for name in ("key", "promise") if line.get(name)}
        for figure in FIGURES[report].keys() - {"handle_seconds"}:
            if figure_of(line, figure) is None:  # of too few answers
                continue
            text = f"{body['counted']}&{urlencode({**of, 'figure': figure})}"
            listed = client.get("/api/v1/tickets", {"counted": text, "limit": 100})
            assert listed.status_code == 200, listed.content
            assert len(listed.json()["results"]) == figure_of(line, figure), text


def figure_of(line, path):
    name, _, part = path.partition(".")
    if name == "buckets":
        return next(one["count"] for one in line[name] if str(one["above"]) == part)
    return line[name][part] if part else line[name]
