"""A cell is one operation by one system at one size; rounds visit all cells in turn.

Raw, floor and ours of an operation follow each other within a round, so that whatever
else the machine does slows them alike. After every write the rows are counted.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import psycopg

from bench import databases, services
from bench.load import Call, Taken, in_processes, over_http
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


def run_round(sites: list[Site], seconds: float, only: str | None = None) -> Figures:
    """Run every cell once, for so many seconds each; `only` begins their names."""
    figures = Figures()
    for operation in [one for one in OPERATIONS if one.name.startswith(only or "")]:
        for clients in operation.clients:
            for one in sites:
                for system in SYSTEMS:
                    if getattr(operation, system) or _called(operation, system):
                        cell = Cell(operation.name, clients, one.tickets, system)
                        figures.add(cell, _measure(cell, operation, one, seconds))
    return figures


def _measure(cell: Cell, operation: Operation, site: Site, seconds: float) -> Taken:
    with psycopg.connect(site.database, autocommit=True) as connection:
        mark = _newest(connection, operation)
        taken = _load(cell, operation, site, seconds)
        if operation.leaves and not taken.failures:
            left = _left_since(mark, connection, operation, cell.system, site)
            expected = len(taken.latencies) * operation.leaves
            if left != expected:
                taken.failures.append(f"{expected} answered, {left} rows left")
        _tidy(connection, operation, site)
    return taken


def _load(cell: Cell, operation: Operation, site: Site, seconds: float) -> Taken:
    if called := _called(operation, cell.system):
        return in_processes(
            site.database, called(site.desk), processes=cell.clients, seconds=seconds
        )
    requests = getattr(operation, cell.system)(site.desk)
    port = site.servers[cell.system].port
    seconds = inf if operation.is_whole else seconds
    return over_http(port, requests, connections=cell.clients, seconds=seconds)


def _called(
    operation: Operation, system: str
) -> Callable[[dict[str, Any]], Call] | None:
    """What is called in processes, where no server is asked."""
    return {"raw": operation.raw, "ours": operation.ours_called}.get(system)


def _newest(connection: psycopg.Connection, operation: Operation) -> int:
    if not operation.leaves:
        return 0
    query = f"SELECT coalesce(max(id), 0) FROM {operation.rows.table}"
    return int(next(connection.execute(query))[0])


def _left_since(
    mark: int,
    connection: psycopg.Connection,
    operation: Operation,
    system: str,
    site: Site,
) -> int:
    """Count the rows that this system's writes have left since."""
    table, condition = operation.rows
    desk = site.desk
    found = connection.execute(
        f"SELECT count(*) FROM {table} WHERE id > %(mark)s AND {condition}",
        {
            "mark": mark,
            "channel": desk["channels"][system],
            "user": desk["users"][system],
        },
    )
    return int(next(found)[0])


def _tidy(connection: psycopg.Connection, operation: Operation, site: Site) -> None:
    """Put back what the next cell needs."""
    desk = site.desk
    given = {
        "tickets": [pk for _, pk in desk["tickets"]],
        "claimers": [pk for pk, _ in desk["claimers"]] + desk["pushed_to"],
        "waiting": [pk for _, pk, _ in desk["waiting"]],
        "queues": [queue for _, _, queue in desk["waiting"]],
    }
    for statement in operation.tidy:
        connection.execute(statement, given)
