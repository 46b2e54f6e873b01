"""Through the real processes: web, relay, workers and beat, seen from outside.

A reader looks every few milliseconds which messages have become tickets that wait in a
queue, as any page would.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from subprocess import Popen
from typing import Any

import psycopg

from bench import memory, services
from bench.cells import Site
from bench.operations import LIST_OF, item

LOOK_EVERY = 0.02  # seconds
PATIENCE = 60.0
PATH = "/api/v1/channels/bench-ours/messages"
_CELERY = ("-m", "celery", "--app", "config")
PROCESSES = {
    "relay": ("manage.py", "relay"),
    "beat": (*_CELERY, "beat", "--scheduler", "celery.beat:Scheduler", "-l", "WARNING"),
    "worker": (
        *(*_CELERY, "worker", "--without-gossip", "--without-mingle", "-l", "WARNING"),
        *("--concurrency", str(services.WORKER_PROCESSES)),
    ),
}
_ROUTED = """
    SELECT k.id, m.external_id, k.queue_id IS NOT NULL FROM webcare_ticket k
      JOIN conversations_message m ON m.id = k.last_inbound_id
     WHERE k.id > %s ORDER BY k.id"""


def measure(site: Site, *, per_second: int, total: int, flood: int) -> dict[str, Any]:
    """Return the seconds from acknowledged to routed of `total` messages at a steady
    pace, how many a second a flood of them was routed at, and the memory (MiB, PSS)
    of every kind of process before and after.
    """
    with _running(site) as pids, _Reader(site.database) as reader:
        _at_a_pace(site, reader, per_second=20, total=40)  # all is loaded, connected
        warm = _memory(pids)
        waits = _at_a_pace(site, reader, per_second=per_second, total=total)
        rate = _at_once(site, reader, flood)
        return {
            "per_second": per_second,
            "waits": waits,
            "flood": rate,
            "memory": {"warm": warm, "after load": _memory(pids)},
        }


@contextmanager
def _running(site: Site) -> Iterator[dict[str, int]]:
    """Run the processes of production; yields their ids by kind."""
    with ExitStack() as stack:
        started: dict[str, Popen[bytes]] = {
            kind: stack.enter_context(services.process(command, database=site.database))
            for kind, command in PROCESSES.items()
        }
        web = {"web": site.servers["ours"].process}
        yield {kind: process.pid for kind, process in (web | started).items()}


def _memory(pids: dict[str, int]) -> dict[str, float]:
    return {kind: round(memory.pss(pid), 1) for kind, pid in pids.items()}


class _Reader(threading.Thread):
    """Writes down when each message was first seen in a queue."""

    def __init__(self, database: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self._database = database
        self._ended = threading.Event()

    def __enter__(self) -> "_Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        with psycopg.connect(self._database, autocommit=True) as connection:
            found = connection.execute("SELECT max(id) FROM webcare_ticket").fetchone()
            mark = found[0] if found else 0
            while not self._ended.wait(LOOK_EVERY):
                rows = connection.execute(_ROUTED, [mark]).fetchall()
                mark = self._note(rows, mark)

    def _note(self, rows: list[tuple[Any, ...]], mark: int) -> int:
        """Return the ticket up to which all were seen."""
        now, all_so_far = time.perf_counter(), True
        for ticket, name, routed in rows:
            all_so_far = all_so_far and routed
            if all_so_far:
                mark = ticket
            if routed:
                self.seen.setdefault(name, now)
        return mark

    def wait_for(self, names: list[str]) -> list[float]:
        """Return when each was seen. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        while not all(name in self.seen for name in names):
            if time.monotonic() > deadline:
                missing = sum(name not in self.seen for name in names)
                raise TimeoutError(f"{missing} of {len(names)} were not routed.")
            time.sleep(LOOK_EVERY)
        return [self.seen[name] for name in names]


def _at_a_pace(
    site: Site, reader: _Reader, *, per_second: int, total: int
) -> list[float]:
    """Post one by one, each when it is due; a late one makes none later."""
    names = [f"pace-{time.time_ns()}-{number}" for number in range(total)]
    acknowledged = []
    began = time.perf_counter()
    with _client(site) as post:
        for number, name in enumerate(names):
            due = began + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            post([item(name)])
            acknowledged.append(time.perf_counter())
    seen = reader.wait_for([f"b-{name}" for name in names])
    return [max(0.0, at - ack) for at, ack in zip(seen, acknowledged, strict=True)]


def _at_once(site: Site, reader: _Reader, total: int) -> float:
    """Post lists as fast as they are taken; returns messages a second, to the last."""
    names = [f"flood-{time.time_ns()}-{number}" for number in range(total)]
    began = time.perf_counter()
    with _client(site) as post:
        for first in range(0, total, LIST_OF):
            post([item(name) for name in names[first : first + LIST_OF]])
    seen = reader.wait_for([f"b-{name}" for name in names])
    return total / (max(seen) - began)


@contextmanager
def _client(site: Site) -> Iterator[Any]:
    connection = HTTPConnection("127.0.0.1", site.servers["ours"].port, timeout=30)
    headers = {
        "Authorization": f"Bearer {site.desk['token']}",
        "Content-Type": "application/json",
    }

    def post(items: list[dict[str, Any]]) -> None:
        connection.request("POST", PATH, json.dumps(items).encode(), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise RuntimeError(f"Intake answered {answer.status}.")

    try:
        yield post
    finally:
        connection.close()
