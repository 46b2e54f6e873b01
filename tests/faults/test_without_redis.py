"""Nothing depends on Redis: promises R4 and R5 with every nudge lost."""

import os
import re
import signal
import statistics

import pytest
import urllib3

from tests.faults.desk import NOWHERE, Desk
from tests.faults.invariants import broken, differences, set_aside
from tests.faults.load import Load
from tests.faults.story import tell

pytestmark = pytest.mark.faults

# Seconds from the commit of an event to the routing of what it made, per message.
DELAYS = """
    SELECT extract(epoch FROM min(r.recorded_at) - m.received_at)::float8
      FROM conversations_message m
      JOIN webcare_ticketmessage tm ON tm.message_id = m.id
      JOIN webcare_ticketevent o ON o.ticket_id = tm.ticket_id AND o.kind = 'opened'
       AND (o.data->>'message')::bigint = m.id
      JOIN webcare_ticketevent r ON r.ticket_id = tm.ticket_id AND r.kind = 'routed'
     GROUP BY m.id"""


def sign_in(desk: Desk) -> int:
    """Sign in as a person does; returns the status of the first page after it."""
    pool = urllib3.PoolManager(retries=False, timeout=10)
    page = pool.request("GET", f"{desk.url}/sign-in")
    assert page.status == 200
    [token] = re.findall(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.data)[:1]
    cookies = page.headers["set-cookie"].split(";")[0]
    entered = pool.request(
        "POST",
        f"{desk.url}/sign-in",
        fields={
            "csrfmiddlewaretoken": token.decode(),
            "username": desk.access["username"],
            "password": desk.access["password"],
        },
        encode_multipart=False,
        headers={"cookie": cookies},
        redirect=False,
    )
    assert entered.status == 302, entered.status
    session = re.search(r"sessionid=[^;]+", entered.headers["set-cookie"])
    assert session is not None
    inbox = pool.request(
        "GET", f"{desk.url}/", headers={"cookie": session[0]}, redirect=False
    )
    return inbox.status


def work_without(desk: Desk, say, *, messages: int, rate: float) -> None:
    """Tell a story and ask that all of it is worked on in time, without a nudge."""
    story = tell(7, messages)
    ledger = Load(desk, story.calls, rate=rate).start().finish()
    assert sign_in(desk) == 200
    seconds = desk.settle(60)
    delays = [delay for [delay] in desk.fetch(DELAYS)]
    p99 = statistics.quantiles(delays, n=100)[98]
    say(
        f"\nwithout nudges: {messages} messages, acknowledged in p95"
        f" {ledger.percentile(0.95) * 1000:.0f} ms, routed in p50"
        f" {statistics.median(delays):.1f} s, p99 {p99:.1f} s, quiet after"
        f" {seconds:.0f} s"
    )
    assert not ledger.refused
    assert not differences(desk, story, ledger.acknowledged)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
    assert not set_aside(desk)
    assert ledger.percentile(0.95) <= 0.5
    assert p99 <= 30


def test_all_is_done_when_redis_was_never_there(make_desk, say):
    desk = make_desk(redis_url=NOWHERE)
    desk.start()
    work_without(desk, say, messages=400, rate=40)


@pytest.mark.slow
def test_all_is_done_while_redis_answers_nothing(desk, servers, say):
    pid = servers.redis_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        work_without(desk, say, messages=1_000, rate=40)
    finally:
        os.kill(pid, signal.SIGCONT)
