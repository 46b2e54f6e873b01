"""Warnings and breaches are told within seconds of their instant, without Redis too."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from tests.faults.desk import NOWHERE, wait_for

pytestmark = pytest.mark.faults
PROMISED = 600  # seconds to a first answer; the last fifth warns
WARNS = 480
MINUTE = timedelta(minutes=1)
TICKETS = 40
AHEAD = 15  # seconds from now to the first instant: until then all has to be routed
BAR = 5.0  # seconds
PATIENCE = 5.0  # so long the relay waits for others before it does the work itself

LATE = """SELECT extract(epoch FROM e.recorded_at - e.effective_at)::float8
            FROM webcare_ticketevent e WHERE e.kind = %s AND e.effective_at >= %s"""


def promise(desk):
    desk.fetch("UPDATE webcare_queue SET first_response_seconds = %s", PROMISED)


def write(desk, moments):
    """Hand messages in that were posted at these moments."""
    items = [
        {
            "external_id": f"ring-{number}",
            "text": "Where is my parcel?",
            "posted_at": at.isoformat(),
            "author": {"external_id": f"a-{number}", "handle": f"a{number}"},
        }
        for number, at in enumerate(moments)
    ]
    answer = urllib3.PoolManager(timeout=10).request(
        "POST",
        f"{desk.url}/api/v1/channels/shop/messages",
        body=json.dumps(items).encode(),
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {desk.access['token']}",
        },
    )
    assert answer.status == 202, answer.data
    desk.settle(30)


def seconds_late(desk, kind, first, last):
    """Wait for the instants to pass, and return how late each of them was told."""
    time.sleep(max(0, (last - datetime.now(UTC)).total_seconds()))
    wait_for(
        lambda: len(desk.fetch(LATE, kind, first)) == TICKETS,
        3 * BAR,
        f"not all were told: {kind}",
    )
    return sorted(late for [late] in desk.fetch(LATE, kind, first))


def test_warnings_come_in_time_after_redis_was_wiped(desk, servers, say):
    promise(desk)
    first = datetime.now(UTC) + timedelta(seconds=AHEAD)
    rings = [first + timedelta(seconds=number / 4) for number in range(TICKETS)]

    write(desk, [at - timedelta(seconds=WARNS) for at in rings])
    assert datetime.now(UTC) < first, "all of it has to wait already"
    servers.redis().flushall()
    late = seconds_late(desk, "warned", first, rings[-1])

    say(f"\nwarned {late[len(late) // 2]:.2f} s late in p50, {late[-1]:.2f} s at most")
    assert datetime.now(UTC) > rings[-1]
    assert late[0] >= 0 and late[-1] <= BAR


@pytest.mark.slow
@pytest.mark.parametrize("has_redis", [True, False])
def test_breaches_come_in_time_without_redis(make_desk, servers, say, has_redis):
    """All of them at once: a promise is broken when its minute is over.

    Wiped, nothing is lost; where it never was, the relay first waits for an answer.
    """
    desk = make_desk(**({} if has_redis else {"redis_url": NOWHERE}))
    desk.start()
    promise(desk)
    now = datetime.now(UTC)
    breaks = (now + timedelta(seconds=AHEAD)).replace(second=0, microsecond=0) + MINUTE
    due = breaks - MINUTE / 2

    write(desk, [due - timedelta(seconds=PROMISED)] * TICKETS)
    assert datetime.now(UTC) < breaks, "all of it has to wait already"
    if has_redis:
        servers.redis().flushall()
    late = seconds_late(desk, "breached", breaks, breaks)

    say(f"\nbroken {late[len(late) // 2]:.2f} s late in p50, {late[-1]:.2f} s at most")
    assert late[0] >= 0 and late[-1] <= (BAR if has_redis else PATIENCE + BAR)
