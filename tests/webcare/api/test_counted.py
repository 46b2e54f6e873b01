"""Behind every figure that counts: a list of just the tickets that it counted."""

import time
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.db.models import F

from conversations.models import Author, Message, Thread
from conversations.models.bulk import fetch
from webcare.domain.counted_figures import FIGURES
from webcare.domain.reports import By
from webcare.models import (
    Activity,
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


@pytest.fixture
def desk(shop, forum, shop_queue, power_queue, delivery_topic, ada, bo):
    """Tickets of one turn each, of every kind, that were worked on elsewhere since."""
    chance, said = Random(4), Random(5)
    for number in range(30):
        channel = chance.choice([shop, forum])
        ticket = _ticket(number, channel, chance.choice([shop_queue, power_queue]))
        turn = _turn(chance, ticket, number, delivery_topic, chance.choice([ada, bo]))
        _clocks(chance, ticket, turn)
        _message(said, ticket, number)
        if number % 3 == 0:
            _message(said, ticket, number, "out")
        if chance.random() < 0.6:
            _ending(chance, ticket, turn)
    with transaction.atomic():  # all was known when it happened
        fetch("SET LOCAL session_replication_role = replica", [])
        Turn.objects.update(end_known_at=F("ended_at"), known_from=F("started_at"))
        fetch("SET LOCAL session_replication_role = origin", [])
    ended = Turn.objects.exclude(outcome="waiting").values("ticket")
    moved = Ticket.objects.filter(pk__in=ended)
    moved.update(queue=shop_queue, priority="low", changed_at=NOW)
    time.sleep(0.05)


def _ticket(number, channel, queue):
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


def _turn(chance, ticket, number, topic, agent):
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


def _message(chance, ticket, number, direction="in"):
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
        _decision(message, is_last=chance.random() < 0.2)
    return message


def _decision(message, *, is_last):
    facts = {"message": message, "decided_at": message.posted_at}
    if is_last:
        return Decision.objects.create(
            verdict="ignore", reason="closing_remark", **facts
        )
    return Decision.objects.create(verdict="answer", reason="asks", **facts)


def _clocks(chance, ticket, turn):
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


def _ending(chance, ticket, turn):
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


QUESTIONS = [
    ("response-times", by, asked)
    for by in ("", *By)
    for asked in ({}, {"view": "event"})
] + [
    ("response-times", "queue", {"of": "first"}),
    ("response-times", "", {"of": "next", "clock": "business"}),
    ("response-times", "agent", {"of": "acknowledgement"}),
    ("response-times", "day", {"queue": "shop"}),
    *(("service-level", by, {}) for by in ("", By.QUEUE, By.PRIORITY, By.DAY)),
    ("service-level", By.QUEUE, {"view": "event"}),
    *(("resolutions", by, {}) for by in ("", By.QUEUE)),
    ("resolutions", By.DAY, {"view": "event"}),
    ("reopen-rate", "", {}),
    ("first-contact-resolution", "", {"view": "cohort"}),
    *(("response-rate", by, {}) for by in ("", *By)),
    ("response-rate", By.QUEUE, {"channel": "x-shop"}),
    *(("volume", by, {}) for by in ("", *(one for one in By if one != By.AGENT))),
    ("volume", By.DAY, {"view": "event"}),
    ("agents", "", {}),
    ("agents", "", {"view": "event", "clock": "business"}),
    ("agents", "", {"queue": "shop"}),
]


@pytest.mark.parametrize(("report", "by", "asked"), QUESTIONS)
def test_a_figure_counts_what_is_listed_behind_it(
    as_client, root, desk, report, by, asked
):
    client = as_client(root)
    since = (NOW - timedelta(days=30)).isoformat().replace("+00:00", "Z")
    query = urlencode({"from": since, **asked, **({"by": str(by)} if by else {})})
    body = client.get(f"/api/v1/reports/{report}?{query}").json()

    assert body["results"]
    assert_lists(client, report, body)


@pytest.mark.parametrize("by", ["", "queue", "topic", "agent", "priority", "week"])
def test_what_our_answers_added_is_listed(as_client, root, desk, by):
    _talk(Random(6))
    client = as_client(root)
    since = (NOW - timedelta(days=30)).isoformat().replace("+00:00", "Z")

    query = urlencode({"from": since, **({"by": by} if by else {})})
    body = client.get(f"/api/v1/reports/added-value?{query}").json()

    for name in ("engaged", "added", "harm", "silent"):
        assert sum(line[name]["count"] for line in body["results"]), name
    assert_lists(client, "added-value", body)


def _talk(chance):
    """In most tickets we spoke; some authors thanked us, others were fed up."""
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        ours = _message(chance, ticket, f"ours-{number}", "out")
        theirs = _message(chance, ticket, f"theirs-{number}", "in")
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


@pytest.mark.parametrize("by", ["", *By])
@pytest.mark.parametrize("view", ["cohort", "event"])
def test_whom_we_asked_and_what_they_said_is_listed(as_client, root, desk, by, view):
    _surveys(Random(7))
    client = as_client(root)
    since = (NOW - timedelta(days=15)).isoformat().replace("+00:00", "Z")

    query = {"from": since, "view": view, **({"by": str(by)} if by else {})}
    body = client.get("/api/v1/reports/satisfaction", query).json()

    assert body["results"]
    assert_lists(client, "satisfaction", body)


def test_of_too_few_answers_no_list_says_what_they_were(as_client, root, desk):
    tickets = list(Ticket.objects.order_by("pk")[:5])
    for number, ticket in enumerate(tickets[:4]):
        _survey(ticket, number, NOW - timedelta(days=1), score=1)
    client = as_client(root)

    def listed(figure):
        body = client.get("/api/v1/reports/satisfaction").json()
        text = f"{body['counted']}&figure={figure}"
        return len(client.get("/api/v1/tickets", {"counted": text}).json()["results"])

    assert (listed("answered"), listed("scores.1"), listed("satisfied")) == (4, 0, 0)
    _survey(tickets[4], 4, NOW - timedelta(days=1), score=5)
    assert (listed("answered"), listed("scores.1"), listed("satisfied")) == (5, 4, 1)


def _surveys(chance):
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        ended = NOW - timedelta(hours=chance.randrange(20 * 24))
        state = chance.choice(["answered", "answered", "expired", "waiting", "skipped"])
        score = chance.choice([1, 3, 4, 5, 5]) if state == "answered" else None
        _survey(ticket, number, ended, score, state)


def _survey(ticket, number, ended, score=None, state="answered"):
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


@pytest.mark.parametrize("view", ["cohort", "event"])
def test_time_worked_leads_to_what_was_worked_on(as_client, root, desk, ada, bo, view):
    tickets = list(Ticket.objects.order_by("pk"))
    for number, (ticket, who) in enumerate(zip(tickets, [ada, ada, bo], strict=False)):
        began = NOW - timedelta(hours=number + 2)
        ended = began + timedelta(minutes=5)
        Activity.objects.create(ticket=ticket, user=who, began_at=began, ended_at=ended)
    client = as_client(root)

    body = client.get(f"/api/v1/reports/agents?view={view}").json()
    text = f"{body['counted']}&figure=handle_seconds&key={ada.public_id}"
    listed = client.get("/api/v1/tickets", {"counted": text}).json()["results"]

    assert {one["id"] for one in listed} == {str(one.public_id) for one in tickets[:2]}


def test_what_agents_did_is_listed_for_who_may_see_people(as_client, root, ada, desk):
    body = as_client(root).get("/api/v1/reports/agents").json()
    for text in (body["counted"], body["counted"].replace("&by=agent", "")):
        asked = {"counted": f"{text}&figure=answered&key={ada.public_id}"}
        assert as_client(ada).get("/api/v1/tickets", asked).status_code == 403
        assert as_client(root).get("/api/v1/tickets", asked).status_code == 200


def test_what_became_no_ticket_is_in_no_list(
    as_client, root, make_ticket, hear, item, shop
):
    make_ticket()
    hear(shop, item(addressed=False, text="These people again"))
    time.sleep(0.05)
    client = as_client(root)

    body = client.get("/api/v1/reports/response-rate").json()
    text = f"{body['counted']}&figure=monitored.of"
    listed = client.get("/api/v1/tickets", {"counted": text})

    assert body["results"][0]["monitored"]["of"] == 2
    assert len(listed.json()["results"]) == 1


def test_a_ticket_is_listed_once_however_often_it_was_counted(
    as_client, root, make_ticket, ada
):
    ticket = make_ticket()
    Turn.objects.filter(ticket=ticket).update(
        outcome="answered",
        ended_at=NOW,
        calendar_seconds=1,
        business_seconds=1,
        answered_by=ada,
    )
    again = Turn.objects.get(ticket=ticket)
    again.pk, again.number = None, 2
    again.save(force_insert=True)
    time.sleep(0.05)
    client = as_client(root)

    body = client.get("/api/v1/reports/response-times").json()
    listed = client.get("/api/v1/tickets", {"counted": f"{body['counted']}&figure=n"})

    assert body["results"][0]["n"] == 2
    assert [one["id"] for one in listed.json()["results"]] == [str(ticket.public_id)]


@pytest.mark.parametrize(
    "text",
    ["", "report=backlog&figure=n", "figure=n", "report=response-times&figure=x"],
)
def test_what_is_no_figure_is_refused(as_client, root, text):
    answer = as_client(root).get("/api/v1/tickets", {"counted": text or "?"})

    assert answer.status_code == 422
    assert "counted" in answer.json()["errors"]


def test_a_figure_is_of_the_queues_whose_reports_one_sees(as_client, root, lena, desk):
    bodies = [
        as_client(one).get("/api/v1/reports/response-times").json()
        for one in (root, lena)
    ]
    counts = [body["results"][0]["with_target"] for body in bodies]
    assert counts[0] > counts[1] > 0

    for body in bodies:
        text = f"{body['counted']}&figure=with_target"
        listed = as_client(lena).get("/api/v1/tickets", {"counted": text})
        assert len(listed.json()["results"]) == counts[1]


def test_what_a_figure_counted_is_no_view_to_keep(as_client, root):
    client = as_client(root)
    body = client.get("/api/v1/reports/response-times").json()
    view = {"name": "n", "filters": {"counted": f"{body['counted']}&figure=n"}}

    answer = client.post("/api/v1/views", view, content_type="application/json")

    assert answer.status_code == 422
    assert "filters.counted" in answer.json()["errors"]
