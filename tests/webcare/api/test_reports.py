"""Reports against a plain computation over the same rows."""

import csv
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import StringIO
from random import Random
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.models import Author, Channel, Thread
from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.domain.outcomes import Resolution
from webcare.domain.reports import neutral
from webcare.models import Ticket, Turn

NOW = datetime.now(UTC)
PATH = "/api/v1/reports/response-times"
PERCENTS = (50, 75, 90, 95)


@pytest.fixture
def as_client(as_client):
    """Whoever asks does so when what was written is settled."""

    def make(user, *scopes):
        client = as_client(user, *scopes)
        ask = client.get

        def get(*args, **given):
            time.sleep(0.03)
            return ask(*args, **given)

        client.get = get
        return client

    return make


@pytest.mark.parametrize("by", ["", "queue", "channel", "priority", "agent", "day"])
@pytest.mark.parametrize("report", ["response-times", "resolutions"])
def test_who_still_waits_is_listed_behind_the_figure(
    as_client, root, make_ticket, shop, ada, report, by
):
    other = Channel.objects.create(slug="other", name="Other", mode="engage")
    channels = [shop, shop, shop, shop, other, other]
    long_ago, answered, left, claimed, *_ = (
        make_ticket(channel, author={"external_id": f"{n}", "handle": f"{n}"})
        for n, channel in enumerate(channels)
    )
    claim_ticket(ticket=claimed, user=ada)
    resolve_ticket(ticket=left, user=ada)
    since = NOW - timedelta(days=90)
    Turn.objects.filter(ticket=long_ago).update(started_at=since)
    Ticket.objects.filter(pk=long_ago.pk).update(waiting_since=since, opened_at=since)
    parked = Turn.objects.filter(ticket=answered)
    parked.update(outcome="left", ended_at=NOW, calendar_seconds=1, business_seconds=1)
    Ticket.objects.filter(pk=answered.pk).update(waiting_since=None)
    client = as_client(root)
    asked = f"?by={by}" if by else ""

    lines = client.get(f"/api/v1/reports/{report}{asked}").json()["results"]

    waiting = {"response-times": 3, "resolutions": 4}
    assert sum(line["waiting"] for line in lines) == waiting[report]
    for line in lines:
        listed = client.get(line["waiting_tickets"]).json()["results"]
        assert len(listed) == line["waiting"]
        assert str(long_ago.public_id) not in {one["id"] for one in listed}


@pytest.fixture
def make_turns(shop, forum, shop_queue, power_queue, delivery_topic, ada, bo):
    """Turns of every kind, as the pipeline leaves them, from a seed."""

    def make(seed, count):
        chance = Random(seed)
        for number in range(count):
            _turn(chance, number, [shop, forum], [shop_queue, power_queue], [ada, bo])
        return list(Turn.objects.select_related("ticket"))

    return make


def _turn(chance, number, channels, queues, people):
    channel, queue, agent = map(chance.choice, (channels, queues, people))
    author = Author.objects.create(channel=channel, external_id=f"a-{number}")
    thread = Thread.objects.create(
        channel=channel, key=f"t:{number}", visibility="public"
    )
    seconds = chance.choice([0, 60, 900, 901, 3_600, 7_200, 40_000, 90_000])
    started = NOW - timedelta(seconds=chance.randrange(600_000))
    outcome = chance.choice(["waiting", "answered", "answered", "left"])
    ticket = Ticket.objects.create(
        thread=thread,
        author=author,
        channel=channel,
        queue=queue,
        agent=agent,
        status="open",
        opened_at=started,
        last_message_at=started,
    )
    done = outcome != "waiting"
    Turn.objects.create(
        ticket=ticket,
        number=1,
        channel=channel,
        outcome=outcome,
        started_at=started,
        ended_at=started + timedelta(seconds=seconds) if done else None,
        calendar_seconds=seconds if done else None,
        queue=queue if done else None,
        answered_by=agent if outcome == "answered" else None,
    )


def expected(turns, now):
    """Kaplan and Meier with fractions, one case after the other."""
    left = [turn for turn in turns if turn.outcome == "left"]
    answered = [t.calendar_seconds for t in turns if t.outcome == "answered"]
    waiting = [
        int((now - turn.started_at).total_seconds())
        for turn in turns
        if turn.outcome == "waiting"
    ]
    still, curve = Fraction(1), []
    for length in sorted(set(answered)):
        at_risk = sum(other >= length for other in answered + waiting)
        still *= 1 - Fraction(answered.count(length), at_risk)
        curve.append((length, still))
    return {
        "n": len(answered) + len(waiting),
        "ended": len(answered),
        "waiting": len(waiting),
        "longest_waiting_seconds": max(waiting, default=None),
        "left_unanswered": len(left),
        "percentiles": [
            next((s for s, share in curve if share <= 1 - Fraction(p, 100)), None)
            for p in PERCENTS
        ],
        "mean_seconds": pytest.approx(sum(answered) / len(answered))
        if answered
        else None,
    }


def plain(line):
    line = dict(line)
    line["percentiles"] = [one["seconds"] for one in line["percentiles"]]
    return {name: line[name] for name in expected([], NOW)}


def local(turn):
    return turn.started_at.astimezone(ZoneInfo("Europe/Amsterdam"))


KEYS = {
    None: lambda turn: None,
    "queue": lambda turn: turn.ticket.queue.slug,
    "channel": lambda turn: turn.channel.slug,
    "agent": lambda turn: (
        None if turn.outcome == "left" else str(turn.ticket.agent.public_id)
    ),
    "priority": lambda turn: turn.priority,
    "day": lambda turn: f"{local(turn):%Y-%m-%d}",
    "week": lambda turn: f"{local(turn):%G-W%V}",
    "hour": lambda turn: f"{local(turn):%H}",
}


def close(one, other):
    """Equal, but for a second or two in what still goes on."""
    moving = one["longest_waiting_seconds"], other["longest_waiting_seconds"]
    same = {**one, "longest_waiting_seconds": 0} == {
        **other,
        "longest_waiting_seconds": 0,
    }
    return same and (moving == (None, None) or abs(moving[0] - moving[1]) <= 2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("by", KEYS)
def test_response_times_equal_a_plain_computation(
    as_client, root, make_turns, by, seed
):
    turns = make_turns(seed, 60)
    groups = defaultdict(list)
    for turn in turns:
        groups[KEYS[by](turn)].append(turn)

    start = quote((NOW - timedelta(days=30)).isoformat())
    query = f"?exact=true&from={start}" + (f"&by={by}" if by else "")
    report = as_client(root).get(PATH + query).json()

    now = datetime.fromisoformat(report["as_of"])
    found = {line["key"]: plain(line) for line in report["results"]}
    wanted = {key: expected(group, now) for key, group in groups.items()}
    assert found.keys() == wanted.keys()
    wrong = {key for key in wanted if not close(found[key], wanted[key])}
    assert not wrong


def test_a_percentile_that_few_have_reached_is_not_reached(as_client, root, make_turns):
    make_turns(1, 12)
    Turn.objects.exclude(outcome="left").update(
        outcome="waiting", ended_at=None, calendar_seconds=None, answered_by=None
    )
    [line] = as_client(root).get(PATH).json()["results"]

    assert line["waiting"] == line["n"] > 0
    assert {one["seconds"] for one in line["percentiles"]} == {None}
    assert {one["reached"] for one in line["percentiles"]} == {False}
    assert line["mean_seconds"] is None


def test_who_waits_makes_the_median_worse_than_those_answered(
    as_client, root, make_turns
):
    """The figure that leaves the waiting out looks best when the service is worst."""
    make_turns(2, 1)
    ticket = Ticket.objects.get()
    Turn.objects.all().delete()
    Turn.objects.bulk_create(
        Turn(
            ticket=ticket,
            number=number,
            channel=ticket.channel,
            outcome="answered" if seconds else "waiting",
            started_at=NOW - timedelta(days=1),
            ended_at=NOW if seconds else None,
            calendar_seconds=seconds,
        )
        for number, seconds in enumerate([60, 120, 180, None], start=1)
    )

    [line] = as_client(root).get(PATH).json()["results"]

    # Of four, one waits: half are answered after 120 seconds, three of four after 180.
    assert [one["seconds"] for one in line["percentiles"]] == [120, 180, None, None]
    assert line["mean_seconds"] == 120


def test_a_report_covers_from_up_to_and_without_to(as_client, root, make_turns):
    [turn] = make_turns(3, 1)
    at, second = turn.started_at, timedelta(seconds=1)

    def count(start, end):
        query = f"?from={quote(start.isoformat())}&to={quote(end.isoformat())}"
        return len(as_client(root).get(PATH + query).json()["results"])

    assert (count(at, at + second), count(at - second, at)) == (1, 0)


def test_a_lead_sees_the_figures_of_their_own_queues(
    as_client, lena, make_turns, shop_queue
):
    turns = make_turns(4, 40)
    mine = [t for t in turns if t.ticket.queue == shop_queue and t.outcome != "left"]

    lines = as_client(lena).get(PATH + "?by=queue").json()["results"]

    assert [(line["key"], line["n"]) for line in lines] == [("shop", len(mine))]


def test_figures_of_people_are_for_leads(as_client, ada, lena):
    assert as_client(ada).get(PATH + "?by=agent").status_code == 403
    assert as_client(lena).get(PATH + "?by=agent").status_code == 200
    assert as_client(ada).get(PATH).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=colour", "by"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("from=2010-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("as_of=2100-01-01T00:00:00Z", "as_of"),
        ("queue=nowhere", "queue"),
        ("view=both", "view"),
        ("clock=sundial", "clock"),
        ("format=xml", "format"),
        ("since=1", "since"),
    ],
)
def test_what_cannot_be_reported_is_named(as_client, lena, query, field):
    answer = as_client(lena).get(f"{PATH}?{query}")

    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_the_table_says_what_the_report_says(as_client, root, make_turns):
    make_turns(5, 30)
    client = as_client(root)

    answer = client.get(PATH + "?by=queue&format=csv")
    report = client.get(PATH + "?by=queue").json()["results"]

    rows = list(csv.DictReader(StringIO(answer.content.decode())))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert [(row["key"], int(row["n"])) for row in rows] == [
        (line["key"], line["n"]) for line in report
    ]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\u00a0@x", "\n=1"]
)
def test_no_cell_is_a_formula(cell):
    assert neutral(cell) == f"'{cell}"


@given(st.text())
def test_cells_that_are_no_formula_stay_as_they_are(text):
    assert neutral(text) in (text, f"'{text}")
    bare = str(neutral(text)).lstrip(" \u00a0\u3000")
    assert not bare.startswith(("=", "+", "-", "@"))


def test_numbers_are_numbers():
    assert [neutral(one) for one in (-1, 2.5, None)] == [-1, 2.5, None]


def test_resolutions_count_open_tickets_and_outcomes(as_client, lena, ada, make_ticket):
    first, second, _ = make_ticket(), make_ticket(), make_ticket()
    resolve_ticket(ticket=first, user=ada, outcome=Resolution.ANSWERED)
    resolve_ticket(ticket=second, user=ada, outcome=Resolution.SPAM)

    report = as_client(lena).get("/api/v1/reports/resolutions").json()

    [line] = report["results"]
    assert (line["n"], line["ended"], line["waiting"]) == (2, 1, 1)
    assert line["left_unanswered"] == 1
    assert report["outcomes"]["spam"] == report["outcomes"]["answered"] == 1
    assert report["outcomes"]["duplicate"] == 0


def test_what_was_heard_is_counted_by_decision(as_client, ada, forum, shop, hear, item):
    hear(forum, item(), item())
    hear(shop, item())

    rows = as_client(ada).get("/api/v1/listening/decisions").json()

    found = {
        (row["channel"], row["verdict"], row["reason"]): row["messages"] for row in rows
    }
    assert found == {
        ("forum", "watch", "channel_only_listens"): 2,
        ("x-shop", "answer", "addressed"): 1,
    }
