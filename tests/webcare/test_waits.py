"""First answers, further ones and first words, each against a plain computation."""

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from conversations.models import Author, Thread
from tests.webcare.api.test_reports import close, expected, plain
from webcare.models import Ticket, Turn

pytestmark = pytest.mark.django_db

PATH = "/api/v1/reports/response-times"
NOW = datetime.now(UTC)
LENGTHS = [0, 59, 900, 901, 7_200, 40_000]


@pytest.fixture
def turns(shop, forum, shop_queue, power_queue, ada, bo):
    """Conversations of one to three turns, many of them acknowledged, from a seed."""

    def make(seed):
        chance = Random(seed)
        for number in range(40):
            place = (
                chance.choice([shop, forum]),
                chance.choice([shop_queue, power_queue]),
            )
            _conversation(chance, number, *place, chance.choice([ada, bo]))
        return list(Turn.objects.select_related("ticket__queue", "ticket__agent"))

    return make


def _conversation(chance, name, channel, queue, agent):
    started = NOW - timedelta(seconds=chance.randrange(400_000, 600_000))
    ticket = Ticket.objects.create(
        thread=Thread.objects.create(
            channel=channel, key=f"t:{name}", visibility="public"
        ),
        author=Author.objects.create(channel=channel, external_id=f"a-{name}"),
        channel=channel,
        queue=queue,
        agent=agent,
        status="open",
        opened_at=started,
        last_message_at=started,
    )
    turns = chance.randint(1, 3)
    for number in range(1, turns + 1):
        outcome = chance.choice(["answered", "answered", "left"])
        if number == turns:
            outcome = chance.choice(["answered", "waiting"])
        _turn(chance, ticket, number, started, outcome)
        started += timedelta(seconds=50_000)


def _turn(chance, ticket, number, started, outcome):
    facts = {}
    if chance.random() < 0.5:
        seconds = chance.choice(LENGTHS)
        facts = {
            "acknowledged_at": started + timedelta(seconds=seconds),
            "acknowledged_known_at": started + timedelta(seconds=seconds),
            "acknowledged_business_seconds": seconds // 2,
            "acknowledged_in_hours": chance.random() < 0.7,
        }
    if outcome != "waiting":
        seconds = chance.choice(LENGTHS)
        facts |= {
            "ended_at": started + timedelta(seconds=seconds),
            "end_known_at": started + timedelta(seconds=seconds),
            "calendar_seconds": seconds,
            "business_seconds": seconds // 3,
            "in_hours": chance.random() < 0.7,
            "queue": ticket.queue,
            "answered_by": ticket.agent if outcome == "answered" else None,
        }
    Turn.objects.create(
        ticket=ticket,
        number=number,
        channel=ticket.channel,
        outcome=outcome,
        started_at=started,
        start_known_at=started,
        known_from=started,
        **facts,
    )


class Heard:
    """A turn as it is timed until its author first heard of us."""

    def __init__(self, turn):
        self.started_at, self.ticket, self.channel = (
            turn.started_at,
            turn.ticket,
            turn.channel,
        )
        early = turn.acknowledged_at and not (
            turn.outcome == "answered" and turn.ended_at < turn.acknowledged_at
        )
        self.outcome = "answered" if early else turn.outcome
        self.ended_at = turn.acknowledged_at if early else turn.ended_at
        self.calendar_seconds = (
            int((turn.acknowledged_at - turn.started_at).total_seconds())
            if early
            else turn.calendar_seconds
        )
        self.business_seconds = (
            turn.acknowledged_business_seconds if early else turn.business_seconds
        )
        self.in_hours = turn.acknowledged_in_hours if early else turn.in_hours


WAITS = {
    "all": lambda turns: turns,
    "first": lambda turns: [one for one in turns if one.number == 1],
    "next": lambda turns: [one for one in turns if one.number > 1],
    "acknowledgement": lambda turns: [Heard(one) for one in turns if one.number == 1],
}
KEYS = {
    "": lambda turn: None,
    "queue": lambda turn: turn.ticket.queue.slug,
    "channel": lambda turn: turn.channel.slug,
}


@pytest.fixture
def lines(as_client, root):
    def ask(**given):
        time.sleep(0.03)
        start = (NOW - timedelta(days=30)).isoformat()
        answer = as_client(root).get(PATH, {"from": start, "exact": "true"} | given)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        return datetime.fromisoformat(body["as_of"]), body["results"]

    return ask


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("view", ["cohort", "event"])
@pytest.mark.parametrize("of", WAITS)
def test_each_wait_equals_a_plain_computation(turns, lines, of, view, by, seed):
    groups = defaultdict(list)
    for turn in WAITS[of](turns(seed)):
        if view == "cohort" or turn.ended_at:
            groups[KEYS[by](turn)].append(turn)

    as_of, found = lines(of=of, view=view, **({"by": by} if by else {}))

    said = {line["key"]: plain(line) for line in found}
    wanted = {key: expected(group, as_of) for key, group in groups.items()}
    assert said.keys() == wanted.keys()
    assert not {key for key in wanted if not close(said[key], wanted[key])}


@pytest.mark.parametrize("of", WAITS)
def test_in_open_hours_what_is_closed_is_counted_apart(turns, lines, of):
    these = [one for one in WAITS[of](turns(7)) if one.outcome == "answered"]
    open_hours = sorted(one.business_seconds for one in these if one.in_hours)

    _, [line] = lines(of=of, view="event", clock="business")

    assert line["ended"] == len(open_hours)
    assert line["answered_in_closed_time"] == len(these) - len(open_hours)
    median = open_hours[(len(open_hours) + 1) // 2 - 1]
    assert line["percentiles"][0]["seconds"] == median


def test_unsaid_it_is_every_answer(turns, lines):
    turns(3)
    assert plain(lines()[1][0])["n"] == plain(lines(of="all")[1][0])["n"]
    parts = [plain(lines(of=of)[1][0])["n"] for of in ("first", "next")]
    assert sum(parts) == plain(lines()[1][0])["n"]


def test_another_wait_is_refused(as_client, root):
    answer = as_client(root).get(PATH, {"of": "last"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["of"])
