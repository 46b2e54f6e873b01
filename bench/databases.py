"""Seeded databases, kept between runs, and a fresh copy of one for every run."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench import services

PREFIX = "webcare_bench"


@contextmanager
def seeded(tickets: int) -> Iterator[str]:
    """Yield the address of a database with so many tickets, gone when the block ends.

    What a run writes is written to a copy: the seed itself is made once, and again
    when the migrations or the seeder change.
    """
    seed = f"{PREFIX}_seed_{tickets}_{_state()}"
    copy = f"{PREFIX}_run_{tickets}"
    if not _exists(seed):
        _make(seed, tickets)
    _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    _do("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", copy, seed)
    try:
        yield _address(copy)
    finally:
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)


def _make(seed: str, tickets: int) -> None:
    """Make a seed under another name, so that half of one is never taken for it."""
    for [old] in _do(
        "SELECT datname FROM pg_database WHERE datname LIKE {}",
        literal=f"{PREFIX}_seed_{tickets}_%",
    ):
        _do("DROP DATABASE {} WITH (FORCE)", old)
    half = f"{seed}_half"
    _do("CREATE DATABASE {}", half)
    services.run("manage", "migrate", "--no-input", database=_address(half))
    services.run("bench.seed", str(tickets), database=_address(half))
    _do("ALTER DATABASE {} RENAME TO {}", half, seed)


def _state() -> str:
    """A digest of all that a seed depends on."""
    here = services.CHECKOUT
    files = [
        *sorted(here.glob("conversations/migrations/0*.py")),
        *sorted(here.glob("webcare/migrations/0*.py")),
        *sorted(here.glob("bench/seed*.py")),
    ]
    content = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest()[:12]


def _exists(name: str) -> bool:
    return bool(_do("SELECT FROM pg_database WHERE datname = {}", literal=name))


def _address(name: str) -> str:
    return make_conninfo(os.environ["DATABASE_URL"], dbname=name)


def _do(statement: str, *names: str, literal: str = "") -> list[tuple[Any, ...]]:
    parts = [sql.Identifier(name) for name in names] or [sql.Literal(literal)]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        done = connection.execute(sql.SQL(statement).format(*parts))
        return done.fetchall() if done.description else []
