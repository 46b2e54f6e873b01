"""How long each kind of death is felt: the bars of R3 and R4, and a table."""

import time
from datetime import UTC, datetime
from itertools import count

import psycopg
import pytest

from tests.faults.chaos import faults_of
from tests.faults.desk import wait_for
from tests.faults.invariants import broken, differences
from tests.faults.load import Load
from tests.faults.story import tell

pytestmark = [pytest.mark.faults, pytest.mark.slow]

# Seconds until a message that is sent right after the kill has reached its queue.
BARS = {
    "web": 60,
    "web child": 60,
    "worker": 60,
    "worker child": 60,
    "sender": 60,
    "beat": 60,
    "relay": 60,
    "redis": 60,
    "redis flush": 60,
    "postgres backend": 90,
    "postgres": 90,
}
ROUTED = """SELECT count(*) FROM conversations_message m
              JOIN webcare_ticketmessage tm ON tm.message_id = m.id
              JOIN webcare_ticket k ON k.id = tm.ticket_id AND k.queue_id IS NOT NULL
             WHERE m.external_id = %s"""
_numbers = count(1)


def canary(desk):
    """Send one message; returns the seconds to its acknowledgement and its queue."""
    name = f"canary-{next(_numbers)}"
    began = time.monotonic()
    item = {
        "external_id": name,
        "text": "Where is my parcel?",
        "posted_at": datetime.now(UTC).isoformat(),
        "author": {"external_id": name},
    }
    ledger = Load(desk, [[item]], senders=1).start().finish()
    assert not ledger.refused
    acknowledged = time.monotonic() - began
    wait_for(
        lambda: desk.fetch(ROUTED, name) == [(1,)],
        90,
        "the canary is not there",
        ignore=psycopg.Error,
    )
    return name, acknowledged, time.monotonic() - began


def test_every_death_is_over_in_time(desk, say):
    story = tell(19, 6_000)
    load = Load(desk, story.calls, senders=2, rate=12).start()
    for _ in range(3):
        story.texts[canary(desk)[0]] = "Where is my parcel?"
    say("\nkilled during a replay   acknowledged again after   routed again after")
    for kind, bar in BARS.items():
        faults_of(desk)[kind]()
        name, acknowledged, routed = canary(desk)
        story.texts[name] = "Where is my parcel?"
        say(f"{kind:24} {acknowledged:21.1f} s {routed:18.1f} s")
        assert routed <= bar
        time.sleep(3)
    assert load.is_running, "the replay ended before the last kill"
    ledger = load.finish()
    left = desk.settle(120)
    say(f"{'what they left behind':24} {left:44.1f} s")
    assert not ledger.refused
    assert not differences(desk, story, ledger.acknowledged)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
