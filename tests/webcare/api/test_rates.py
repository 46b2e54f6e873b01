"""Reports that count, each against a small story told by our own actions."""

import json
import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import midnights
from webcare.actions.tickets import reopen_ticket, resolve_ticket
from webcare.domain.outcomes import Resolution
from webcare.models import Clock, Ending, Roll, Ticket, TicketEvent, Turn
from webcare.queries.rolls import day_of

REPORTS = "/api/v1/reports"


@pytest.fixture
def report(as_client):
    """Ask for a report, when what was written is settled."""

    def ask(user, name, expect=200, **given):
        time.sleep(0.03)
        query = "&".join(f"{key}={quote(str(text))}" for key, text in given.items())
        answer = as_client(user).get(f"{REPORTS}/{name}?{query}")
        assert answer.status_code == expect, answer.content
        return answer.json()

    return ask


@contextmanager
def without_triggers():
    fetch("SET LOCAL session_replication_role = replica", [])
    yield
    fetch("SET LOCAL session_replication_role = origin", [])


def _end(turn, user, seconds):
    Turn.objects.filter(pk=turn.pk).update(
        outcome="answered",
        ended_at=turn.started_at + timedelta(seconds=seconds),
        calendar_seconds=seconds,
        answered_by=user,
        queue=turn.ticket.queue,
    )


def test_a_breach_counts_when_its_time_passes_whoever_answers(
    report, make_ticket, ada, lena
):
    met, late, passed, _ = (make_ticket() for _ in range(4))
    now = database_now()
    for ticket, seconds in ((met, 59), (late, 121)):
        turn = ticket.turns.get()
        Clock.objects.filter(turn=turn).update(
            due_at=turn.started_at + timedelta(seconds=60)
        )
        _end(turn, ada, 0 if ticket == met else seconds)
    Clock.objects.filter(turn__ticket=passed).update(
        started_at=now - timedelta(hours=3), due_at=now - timedelta(hours=1)
    )

    lines = report(lena, "service-level")["results"]

    [first] = [line for line in lines if line["promise"] == "first_response"]
    assert (first["met"], first["breached"]) == (1, 2)
    assert (first["breached_and_open"], first["not_due"]) == (1, 1)
    assert first["share"] == pytest.approx(1 / 3)


def test_promises_are_counted_by_when_they_were_decided(report, make_ticket, ada, lena):
    """Due an hour ago, and answered just now: broken an hour ago, nothing since."""
    now = database_now()
    hours = [now - timedelta(hours=n) for n in range(5)]
    kept, late, never = (make_ticket() for _ in range(3))
    Turn.objects.update(started_at=hours[3])
    clocks = Clock.objects.filter(promise="first_response")
    clocks.update(started_at=hours[3], due_at=hours[1])
    _end(kept.turns.get(), ada, 60)
    _end(late.turns.get(), ada, 3 * 3_600 - 60)
    clocks.filter(ticket=never).update(due_at=hours[0] + timedelta(hours=1))

    def decided(start, end):
        period = {"from": hours[start].isoformat(), "to": hours[end].isoformat()}
        lines = report(lena, "service-level", view="event", **period)["results"]
        names = ("met", "breached", "breached_and_open", "not_due")
        return [
            tuple(line[name] for name in names)
            for line in lines
            if line["promise"] == "first_response"
        ]

    assert decided(4, 2) == [(1, 0, 0, 0)]
    assert decided(2, 0) == [(0, 1, 0, 0)]
    clocks.filter(ticket=never).update(due_at=hours[1])
    assert decided(2, 0) == [(0, 2, 1, 0)]


def test_a_ticket_that_came_back_counts_once(report, make_ticket, ada, lena):
    once, back, _ = make_ticket(), make_ticket(), make_ticket()
    for ticket in (once, back):
        resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.ANSWERED)
    reopened = reopen_ticket(ticket=Ticket.objects.get(pk=back.pk), user=ada)
    resolve_ticket(ticket=reopened, user=ada, outcome=Resolution.ANSWERED)

    [line] = report(lena, "reopen-rate")["results"]

    assert (line["resolved"], line["reopened"], line["uncertain"]) == (2, 1, 1)
    assert line["rate"] == 0.5
    assert line["is_provisional"]


def test_what_was_reopened_after_a_week_stayed_resolved(report, make_ticket, ada, lena):
    resolve_ticket(ticket=make_ticket(), user=ada, outcome=Resolution.ANSWERED)
    now = database_now()
    Ending.objects.update(
        at=now - timedelta(days=20),
        known_at=now - timedelta(days=20),
        reopened_at=now - timedelta(days=12),
        reopened_known_at=now - timedelta(days=12),
    )

    [line] = report(lena, "reopen-rate")["results"]

    assert (line["resolved"], line["reopened"], line["uncertain"]) == (1, 0, 0)
    assert not line["is_provisional"]


def test_volume_counts_messages_and_tickets(
    report, make_ticket, hear, item, forum, shop, root
):
    make_ticket()
    make_ticket()
    hear(forum, item())

    lines = report(root, "volume", by="channel")["results"]

    found = {line["key"]: line for line in lines}
    assert found["forum"]["messages_in"] == 1
    assert found["forum"]["tickets_opened"] == 0
    assert found["x-shop"]["messages_in"] == found["x-shop"]["tickets_opened"] == 2
    assert found["x-shop"]["messages_in_tickets"] == 2
    report(root, "volume", expect=422, by="agent")


def test_figures_of_agents_are_for_leads_where_they_are_wanted(
    report, make_ticket, ada, bo, lena, settings
):
    for ticket, user, seconds in ((make_ticket(), ada, 0), (make_ticket(), bo, 0)):
        _end(ticket.turns.get(), user, seconds)

    lines = report(lena, "agents")["results"]

    assert {line["key"]: line["answered"] for line in lines} == {
        str(ada.public_id): 1,
        str(bo.public_id): 1,
    }
    assert all(f"agent={line['key']}" in line["tickets"] for line in lines)
    report(ada, "agents", expect=403)
    settings.AGENT_FIGURES = False
    report(lena, "agents", expect=403)
    report(lena, "response-times", expect=403, by="agent")


def test_one_answer_was_enough(report, make_ticket, ada, lena, item, hear, shop):
    enough, again = make_ticket(), make_ticket()
    for ticket in (enough, again):
        _end(ticket.turns.get(), ada, 0)
        resolve_ticket(
            ticket=Ticket.objects.get(pk=ticket.pk),
            user=ada,
            outcome=Resolution.ANSWERED,
        )
    ago = database_now() - timedelta(days=10)
    # As long ago as the facts say: seven days after them all is decided.
    Ending.objects.update(at=ago, known_at=ago)
    Turn.objects.update(ended_at=ago)
    with without_triggers():
        Turn.objects.update(end_known_at=ago)
    Ending.objects.filter(ticket=again).update(
        reopened_at=ago + timedelta(days=2), reopened_known_at=ago + timedelta(days=2)
    )
    period = {"from": (ago - timedelta(days=1)).isoformat()}

    [line] = report(lena, "first-contact-resolution", **period)["results"]

    assert (line["answered"], line["resolved_at_once"], line["rate"]) == (2, 1, 0.5)

    Ending.objects.update(opened_at=ago - timedelta(days=20))
    opened = {"from": (ago - timedelta(days=21)).isoformat(), "view": "cohort"}
    [line] = report(lena, "first-contact-resolution", **opened)["results"]
    assert (line["answered"], line["resolved_at_once"]) == (2, 1)
    assert not report(lena, "first-contact-resolution", **period, view="cohort")[
        "results"
    ]


def test_a_backlog_opens_and_closes(report, make_ticket, ada, lena, root):
    first = make_ticket()
    second = make_ticket()
    _know_earlier(timedelta(hours=2))
    before = database_now() - timedelta(hours=1)
    resolve_ticket(ticket=second, user=ada)
    make_ticket()
    make_ticket()

    moment = {"from": before.isoformat()}
    body = report(lena, "backlog", by="queue", **moment)

    [line] = body["results"]
    assert (line["key"], line["opening"], line["tickets"]) == ("shop", 2, 3)
    assert body["tickets"] == 3
    assert sum(age["tickets"] for age in line["ages"]) == 3
    assert line["oldest_seconds"] >= 0
    assert first.pk
    assert report(root, "backlog", by="topic")["results"][0]["key"] == "delivery"


def test_a_backlog_is_told_in_lines_as_every_report_is(as_client, make_ticket, lena):
    make_ticket()
    time.sleep(0.03)

    answer = as_client(lena).get(f"{REPORTS}/backlog?by=queue&format=jsonl")

    assert answer.headers["Content-Type"] == "application/jsonl"
    [line] = [json.loads(one) for one in answer.getvalue().splitlines()]
    assert (line["key"], line["tickets"]) == ("shop", 1)


def _know_earlier(by):
    """As if the log had been written so long ago."""
    then = database_now() - by
    with without_triggers():
        TicketEvent.objects.update(recorded_at=then)
        Ticket.objects.update(changed_at=then, opened_at=then)


def test_a_midnight_is_kept_as_it_was(report, make_ticket, ada, root):
    one, _ = make_ticket(), make_ticket()
    _know_earlier(timedelta(days=3))
    today = day_of(database_now())
    assert midnights.keep_midnight(today) == 1

    resolve_ticket(ticket=one, user=ada)
    assert midnights.keep_midnight(today) == 0

    lines = report(root, "backlog", by="day")["results"]
    assert [(line["key"], line["tickets"]) for line in lines] == [(str(today), 2)]
    assert Roll.objects.filter(measure="backlog").count() == 1
