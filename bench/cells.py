"""A cell is one operation by one system at one size; rounds visit all cells in turn.

Raw, floor and ours of an operation follow each other within a round, so that whatever
else the machine does slows them alike. After every write the rows are counted.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from bench import databases, services
from bench.load import Taken, in_processes, over_http
from bench.operations import OPERATIONS, Operation

SYSTEMS = ("raw", "floor", "ours")


class Cell(NamedTuple):
    """What was measured: `tickets` is the size of the seed."""

    operation: str
    clients: int
    tickets: int
    system: str


@dataclass
class Site:
    """A seeded database, and floor and ours serving it."""

    tickets: int
    database: str
    desk: dict[str, Any]
    servers: dict[str, services.Server]


@contextmanager
def site(tickets: int) -> Iterator[Site]:
    """Serve a fresh copy of a seed until the block ends."""
    with ExitStack() as stack:
        database = stack.enter_context(databases.seeded(tickets))
        floor = services.web(
            "bench.floor", database=database, settings="bench.floor_settings"
        )
        servers = {
            "floor": stack.enter_context(floor),
            "ours": stack.enter_context(services.web("config.wsgi", database=database)),
        }
        desk = json.loads(services.run("bench.desk", database=database))
        yield Site(tickets, database, desk, servers)


class Figures:
    """What every cell took, round by round, and what went wrong."""

    def __init__(self) -> None:
        self.taken: defaultdict[Cell, list[Taken]] = defaultdict(list)
        self.failures: dict[Cell, str] = {}

    def add(self, cell: Cell, taken: Taken) -> None:
        if taken.failures:
            self.failures.setdefault(cell, taken.failures[0])
        else:
            self.taken[cell].append(taken)

    def add_all(self, others: "Figures") -> None:
        """Add the figures of another round."""
        for cell, rounds in others.taken.items():
            self.taken[cell] += rounds
        self.failures |= others.failures


def run_round(sites: list[Site], seconds: float) -> Figures:
    """Run every cell once, for so many seconds each."""
    figures = Figures()
    for operation in OPERATIONS:
        for clients in operation.clients:
            for one in sites:
                for system in SYSTEMS:
                    if getattr(operation, system):
                        cell = Cell(operation.name, clients, one.tickets, system)
                        figures.add(cell, _measure(cell, operation, one, seconds))
    return figures


def _measure(cell: Cell, operation: Operation, site: Site, seconds: float) -> Taken:
    with psycopg.connect(site.database, autocommit=True) as connection:
        before = _left(connection, operation, cell.system, site)
        taken = _load(cell, operation, site, seconds)
        if operation.leaves and not taken.failures:
            left = _left(connection, operation, cell.system, site) - before
            expected = len(taken.latencies) * operation.leaves
            if left != expected:
                taken.failures.append(f"{expected} answered, {left} rows left")
        _tidy(connection, operation, site)
    return taken


def _load(cell: Cell, operation: Operation, site: Site, seconds: float) -> Taken:
    if cell.system == "raw":
        assert operation.raw
        call = operation.raw(site.desk)
        return in_processes(
            site.database, call, processes=cell.clients, seconds=seconds
        )
    requests = getattr(operation, cell.system)(site.desk)
    port = site.servers[cell.system].port
    return over_http(port, requests, connections=cell.clients, seconds=seconds)


def _left(
    connection: psycopg.Connection, operation: Operation, system: str, site: Site
) -> int:
    """Count the rows that this system's writes have left so far."""
    if not operation.leaves:
        return 0
    table, owner = ("conversations_inboundevent", "channel_id")
    owners = site.desk["channels"]
    if operation.answers:
        table, owner, owners = "webcare_reply", "author_id", site.desk["users"]
    count = f"SELECT count(*) FROM {table} WHERE {owner} = %s"
    found = connection.execute(count, [owners[system]]).fetchone()
    assert found is not None
    return int(found[0])


def _tidy(connection: psycopg.Connection, operation: Operation, site: Site) -> None:
    """Put back what the next cell needs: no waiting work, tickets that are open."""
    if operation.answers:
        tickets = [pk for _, pk in site.desk["tickets"]]
        connection.execute(
            """UPDATE webcare_ticket SET status = 'open', resolved_at = NULL,
                      resolution = '', resolution_seconds = NULL
                WHERE id = ANY(%s) AND status <> 'open'""",
            [tickets],
        )
        connection.execute(
            """UPDATE webcare_clock SET stopped_at = NULL WHERE ticket_id = ANY(%s)
                  AND promise = 'resolution' AND stopped_at IS NOT NULL""",
            [tickets],
        )
    elif operation.leaves:
        connection.execute("TRUNCATE conversations_work")
