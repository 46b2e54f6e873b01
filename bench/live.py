"""`python -m bench.live`: many open live streams, beside the work of every day.

How long after its commit an event is on every stream, and on pages in a browser, what
the streams cost in memory, and what intake and list still reach while they are open.
The figures without and with streams follow each other in turns, so that whatever else
the machine does slows both alike.
"""

import argparse
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from threading import Thread
from typing import Any, NamedTuple

import psycopg

from bench import databases, services
from bench import heard as on_pages
from bench.load import over_http
from bench.memory import pss
from bench.operations import OPERATIONS, request
from bench.report import ON_PAGE_P95

WATCHED = ("intake", "list")
CLIENTS = 8


class Ears:
    """So many open streams, read by one thread."""

    def __init__(self, port: int, token: str, count: int) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self._waiting = selectors.DefaultSelector()
        self._is_open = True
        self._lines = [self._open(port, token) for _ in range(count)]
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _open(self, port: int, token: str) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(request("GET", "/api/v1/live", token=token))
        head = line.recv(4096)
        if b" 200 " not in head.split(b"\r\n")[0]:
            sys.exit(f"A stream was refused: {head[:200]!r}")
        line.setblocking(False)
        self._waiting.register(line, selectors.EVENT_READ)
        return line

    def _read(self) -> None:
        while self._is_open:
            for key, _ in self._waiting.select(0.2):
                try:
                    said = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                except BlockingIOError:
                    continue
                at = time.monotonic()
                self.heard += [(at, part) for part in said.split(b"\n\n")]

    def close(self) -> None:
        self._is_open = False
        self._thread.join()
        for line in self._lines:
            line.close()


@contextmanager
def ears(port: int, token: str, count: int) -> Iterator[Ears]:
    opened = Ears(port, token, count)
    time.sleep(1)
    try:
        yield opened
    finally:
        opened.close()
        time.sleep(1)


def delays(opened: Ears, database: str, ticket: int, events: int) -> list[float]:
    """Commit events, a few a second; seconds from each commit to each stream."""
    committed = {}
    opened.heard.clear()
    with psycopg.connect(database, autocommit=True) as connection:
        for number in range(events):
            connection.execute(
                """INSERT INTO webcare_ticketevent
                          (ticket_id, kind, effective_at, cause, data)
                   VALUES (%s, 'tagged', now(), 'bench', %s)""",
                [ticket, json.dumps({"bench": number})],
            )
            committed[b'"bench": %d}' % number] = time.monotonic()
            time.sleep(0.13)
    time.sleep(2)
    return [
        at - when
        for at, said in opened.heard
        for mark, when in committed.items()
        if mark in said
    ]


def rates(port: int, desk: dict[str, Any], seconds: float) -> dict[str, float]:
    """Requests a second of what is watched."""
    found = {}
    for operation in OPERATIONS:
        if operation.name in WATCHED and operation.ours:
            taken = over_http(
                port, operation.ours(desk), connections=CLIENTS, seconds=seconds
            )
            if taken.failures:
                sys.exit(f"{operation.name}: {taken.failures[0]}")
            found[operation.name] = len(taken.latencies) / taken.seconds
    return found


class Plan(NamedTuple):
    """How many streams, and how much is asked beside them."""

    streams: int = 200
    seconds: float = 3.0  # a cell
    rounds: int = 3
    events: int = 100
    seen: int = 20  # events on pages


# One person may have but a few streams open, and here is one person.
MANY = {"LIVE_PER_PERSON": "1000", "LIVE_PER_PROCESS": "1000"}


def measure(database: str, desk: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Serve a seeded database, open the streams, and return what became of the rest."""
    with services.web("config.wsgi", database=database, extra=MANY) as server:
        report = _measure(plan, server, desk)
        with ears(server.port, desk["token"], plan.streams) as opened:
            heard = delays(opened, database, desk["tickets"][0][1], plan.events)
            seen = on_pages.measure(server.port, desk, database, plan.seen)
    report["idle"] = _spread(heard)
    report["on pages"] = {page: _spread(took) for page, took in seen.items()}
    report["heard"] = f"{len(heard)} of {plan.streams * plan.events}"
    return report


def show(report: dict[str, Any]) -> None:
    """Print it in a few lines."""
    before, after = report["PSS before, MiB"], report["PSS with streams, MiB"]
    idle = report["idle"]
    print(f"\nBeside {report['streams']} live streams, at eight clients")
    for name, found in report["shares"].items():
        print(
            f"  {name}: {found['without']:,} a second without, {found['with']:,} with:"
            f" {found['share']:.0%}"
        )
    print(
        f"  from commit to stream: p50 {idle['p50 ms']} ms, p95 {idle['p95 ms']} ms, "
        f"p99 {idle['p99 ms']} ms; heard {report['heard']}; "
        f"PSS {before} MiB without, {after} with"
    )
    for page, took in report["on pages"].items():
        bar = ON_PAGE_P95.judge(took["p95 ms"])
        print(
            f"  from commit to the {page} page: p50 {took['p50 ms']} ms, "
            f"p95 {took['p95 ms']} ms {bar}, max {took['max ms']} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Plan()
    for name, value in usual._asdict().items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--tickets", type=int, default=10_000)
    given = vars(parser.parse_args())
    services.provide()
    services.collect_static()
    with databases.seeded(given.pop("tickets")) as database:
        desk = json.loads(services.run("bench.desk", database=database))
        report = measure(database, desk, Plan(**given))
        show(report)
        print(json.dumps(report, indent=1))
    return 0


def _measure(
    plan: Plan, server: services.Server, desk: dict[str, Any]
) -> dict[str, Any]:
    rates(server.port, desk, 1.0)
    report: dict[str, Any] = {"streams": plan.streams, "shares": {}}
    report["PSS before, MiB"] = round(pss(server.process.pid), 1)
    without, beside = [], []
    for _ in range(plan.rounds):
        without.append(rates(server.port, desk, plan.seconds))
        with ears(server.port, desk["token"], plan.streams):
            beside.append(rates(server.port, desk, plan.seconds))
            report["PSS with streams, MiB"] = round(pss(server.process.pid), 1)
    for name in without[0]:
        before, after = (
            median(one[name] for one in all_) for all_ in (without, beside)
        )
        report["shares"][name] = {
            "without": round(before),
            "with": round(after),
            "share": round(after / before, 3),
        }
    return report


def _spread(found: list[float]) -> dict[str, float]:
    cuts = quantiles(found, n=100, method="inclusive")
    return {
        "count": len(found),
        "p50 ms": round(cuts[49] * 1000),
        "p95 ms": round(cuts[94] * 1000),
        "p99 ms": round(cuts[98] * 1000),
        "max ms": round(max(found) * 1000),
    }


if __name__ == "__main__":
    sys.exit(main())
