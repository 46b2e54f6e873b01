"""A worker dies in the middle of a change of many tickets: each is changed once."""

import json
import os
import signal
from datetime import UTC, datetime

import pytest
import urllib3

from tests.faults.desk import wait_for
from tests.faults.load import Load

pytestmark = pytest.mark.faults

CALLS, ITEMS = 6, 50
BLOCKED = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'
                AND strpos(query, 'webcare_ticket') > 0"""


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(desk):
    now = datetime.now(UTC).isoformat()
    calls = [
        [
            {
                "external_id": f"{call}-{number}",
                "text": "Where is my parcel?",
                "posted_at": now,
                "author": {"external_id": f"{call}-{number}"},
            }
            for number in range(ITEMS)
        ]
        for call in range(CALLS)
    ]
    assert not Load(desk, calls).start().finish().refused
    desk.settle(90)
    with desk.connection() as held, held.transaction():
        # The last ticket is in somebody's hands: its batch is begun and cannot end.
        held.execute(
            "SELECT FROM webcare_ticket ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE"
        )
        job = ask(desk, {"filter": {"queue": "delivery"}, "action": {"do": "resolve"}})
        wait_for(lambda: desk.fetch(BLOCKED) == [(1,)], 60, "no worker is at it")
        worker = desk.processes["worker"]
        for pid in [*worker.children(), worker.pid]:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not worker.is_running or worker.starts > 1, 30, "it lives")

    wait_for(lambda: state(desk, job)[0] == "done", 150, "the change does not end")

    total = CALLS * ITEMS
    assert state(desk, job) == ("done", total, total, 0)
    lines = desk.fetch(
        """SELECT count(*), count(DISTINCT ticket_id) FROM webcare_ticketevent
            WHERE kind = 'resolved'"""
    )
    assert lines == [(total, total)]
    assert desk.fetch("SELECT DISTINCT status FROM webcare_ticket") == [("resolved",)]


def ask(desk, body):
    answer = urllib3.PoolManager(retries=False, timeout=30).request(
        "POST",
        f"{desk.url}/api/v1/tickets/bulk",
        body=json.dumps(body).encode(),
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {desk.access['token']}",
        },
    )
    assert answer.status == 202, answer.data
    return json.loads(answer.data)["id"]


def state(desk, job):
    [row] = desk.fetch(
        "SELECT state, total, done, failed FROM webcare_bulkjob WHERE public_id = %s",
        job,
    )
    return row
