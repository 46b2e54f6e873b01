"""What happened at the desk before a visitor came: heard, answered, resolved.

Everything goes through the real intake and pipeline, a few minutes of the past at a
time. Our answers of then were written outside the desk, as a colleague with the
platform's own app writes them: that is what gives them a time in the past.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.actions import batches, reading
from conversations.actions.ingestion import take_messages
from conversations.models import Channel
from demo import day
from demo.day import Said
from webcare.actions import (
    alarm_calls,
    assignment,
    automation_runs,
    changes,
    clocks,
    intake,
    parking,
    search,
    tickets,
    triage,
)
from webcare.actions.log import record
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Role
from webcare.models import Membership, Ticket, TicketEvent, User

# Enough for a desk that looks lived in; few enough to be there in seconds.
MESSAGES = 180
# So much of the past at a time: an answer is read before what came after it.
SLICE = timedelta(minutes=10)
# What came in within this time may still wait, as it does on any desk.
FRESH = timedelta(minutes=50)
_STAGES = (
    reading.STAGE,
    changes.STAGE,
    intake.STAGE,
    triage.STAGE,
    assignment.STAGE,
    automation_runs.STAGE,
    alarm_calls.STAGE,
    search.STAGE,
)
_OUTCOMES = {"leverancier": Resolution.PASSED_ON, "spam": Resolution.SPAM}


class Posted(NamedTuple):
    """A message of the day, or our answer to one, as it goes to the intake."""

    at: datetime
    day: str
    channel: str
    item: dict[str, Any]
    said: Said


def write(now: datetime) -> None:
    """Fill the desk with the newest MESSAGES of the day up to `now`."""
    heard = list(_lately(now))
    answers = list(_answers(heard, now))
    begin = heard[0].at - SLICE
    while begin < now:
        end = begin + SLICE
        for posted in (heard, answers):
            _take_in([one for one in posted if begin < one.at <= end])
        begin = end
    _settle(now)
    # What a stage makes due in one before it is done in the next round.
    while _drain():
        pass


def local_midnight(now: datetime) -> datetime:
    """The beginning of the day of `now`, where the desk is."""
    here = now.astimezone(ZoneInfo(settings.DESK_TIME_ZONE))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _lately(now: datetime) -> Iterator[Posted]:
    """The newest messages up to `now`, of yesterday too; none about what is older."""
    there: set[str] = set()
    for one in _until(now)[-MESSAGES:]:
        if one.said.needs is None or f"{one.day}-{one.said.needs}" in there:
            there.add(str(one.item["external_id"]))
            yield one


def _until(now: datetime) -> list[Posted]:
    """Yesterday and today, as far as it has come, in order."""
    posted = []
    for days_ago in (1, 0):
        midnight = local_midnight(now - timedelta(days=days_ago))
        name = midnight.strftime("%y%m%d")
        for said in day.day():
            at = midnight + timedelta(seconds=said.at)
            posted.append(Posted(at, name, said.channel, said.item(name, at), said))
    return [one for one in posted if one.at <= now]


def _answers(heard: Iterable[Posted], now: datetime) -> Iterator[Posted]:
    """Our answers of then: to nearly all questions that are not fresh."""
    for one in heard:
        chance = random.Random(one.said.id)  # noqa: S311
        at = one.at + _wait(one.said, chance)
        share = 0.4 if one.at > now - FRESH else 0.93
        if _is_question(one) and at <= now and chance.random() < share:
            yield Posted(at, one.day, one.channel, _answer(one, at), one.said)


def _is_question(posted: Posted) -> bool:
    message = posted.said.message
    is_first = "edited" not in message and "deleted" not in message
    to_us = message.get("addressed", True) and not message.get("outbound")
    return bool(posted.said.topic and is_first and to_us)


def _wait(said: Said, chance: random.Random) -> timedelta:
    """How long people waited: danger is picked up at once, the night is slow."""
    if said.topic == "gevaar":
        return timedelta(seconds=chance.uniform(40, 150))
    minutes = chance.lognormvariate(2.3, 0.7)  # a median of ten minutes
    return timedelta(minutes=minutes * (3 if said.at < 6 * 3_600 else 1))


def _answer(posted: Posted, at: datetime) -> dict[str, Any]:
    said = posted.said
    return {
        "external_id": f"{posted.item['external_id']}-answer",
        "author": {"external_id": "kabelwijk", "handle": "kabelwijk"},
        "text": day.answer_to(said.topic, said.language),
        "posted_at": at.astimezone(UTC).isoformat(),
        "in_reply_to": posted.item["external_id"],
        "visibility": said.message.get("visibility", "public"),
        "outbound": True,
    }


def _take_in(posted: Sequence[Posted]) -> None:
    """Keep what was posted and let the pipeline run until nothing is due."""
    if not posted:
        return
    items = defaultdict(list)
    for one in posted:
        items[one.channel].append(one.item)
    for slug, body in items.items():
        take_messages(
            channel=Channel.objects.get(slug=slug),
            body=json.dumps(body).encode(),
            now=posted[-1].at,
        )
    _drain()


def _drain() -> int:
    """Do what is due, stage after stage; returns how much that was."""
    return sum(sum(batches.drain(stage)) for stage in _STAGES)


def _settle(now: datetime) -> None:
    """Agents have resolved most of what was answered, and hold some of the rest."""
    agents = _agents()
    live = Ticket.objects.live().select_related("last_inbound", "agent").order_by("pk")
    for ticket in live.exclude(queue=None):
        assert ticket.last_inbound is not None  # a message opened it
        said = day.said_by_id(ticket.last_inbound.external_id)
        chance = random.Random(ticket.pk)  # noqa: S311
        agent = ticket.agent or chance.choice(agents[ticket.queue_id])
        if ticket.waiting_since is None:
            _finish(ticket, agent, said, now)
        elif said and (outcome := _without_answer(said)):
            tickets.resolve_ticket(ticket=ticket, user=agent, outcome=outcome)
        elif ticket.pk % 3 == 0:
            tickets.claim_ticket(ticket=ticket, user=agent)


def _without_answer(said: Said) -> Resolution | None:
    """How it ended where nobody had anything to answer, or could."""
    if said.channel in day.only_heard():
        return Resolution.PASSED_ON
    return None if said.topic else Resolution.NO_ANSWER_NEEDED


def _finish(ticket: Ticket, agent: User, said: Said | None, now: datetime) -> None:
    """Most answered tickets were resolved a little later; the others wait."""
    chance = random.Random(ticket.pk)  # noqa: S311
    at = ticket.last_message_at + timedelta(minutes=chance.uniform(20, 90))
    tickets.claim_ticket(ticket=ticket, user=agent)
    if at > now or chance.random() < 0.1:
        parking.park_ticket(ticket=ticket, user=agent, status=Status.PENDING)
        return
    outcome = _OUTCOMES.get(said.topic if said else "", Resolution.ANSWERED)
    facts = tickets.settle_as_resolved(ticket, at=at, outcome=outcome, by=agent)
    record(
        ticket,
        TicketEvent.Kind.RESOLVED,
        at=at,
        actor=agent,
        outcome=outcome.value,
        **facts,
    )
    clocks.follow([ticket.pk])


def _agents() -> dict[int | None, list[User]]:
    """Who works in each queue."""
    working = Membership.objects.filter(role__in=[Role.AGENT, Role.SPECIALIST])
    agents = defaultdict(list)
    for membership in working.select_related("user").order_by("pk"):
        agents[membership.queue_id].append(membership.user)
    return agents
