"""Seeded databases, kept between runs, and a fresh copy of one for every run."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import services


@contextmanager
def seeded(tickets: int) -> Iterator[str]:
    """Yield the address of a database with so many tickets, gone when the block ends.

    What a run writes is written to a copy: the seed itself is made once, and again
    when the seeder or a migration it has had changes; newer migrations are applied
    to it. Its name begins with that of the database in `DATABASE_URL`, so that two
    checkouts can keep seeds of their own on one server.
    """
    seed = f"{_prefix()}_seed_{tickets}_{_digest('bench/seed*.py')}"
    copy = f"{_prefix()}_run_{tickets}"
    if not (_exists(seed) and _is_migrated(seed)):
        _make(seed, tickets)
    _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    _do("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", copy, seed)
    try:
        yield _address(copy)
    finally:
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)


@contextmanager
def empty(name: str) -> Iterator[str]:
    """Yield the address of a database without tables, gone when the block ends."""
    name = f"{_prefix()}_{name}"
    _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _do("CREATE DATABASE {}", name)
    server = os.environ["DATABASE_URL"]
    try:
        yield _address(name)
    finally:
        os.environ["DATABASE_URL"] = server
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _make(seed: str, tickets: int) -> None:
    """Make a seed under another name, so that half of one is never taken for it."""
    for [old] in _do(
        "SELECT datname FROM pg_database WHERE datname ~ {}",
        literal=f"^{_prefix()}_seed_{tickets}_[0-9a-f]+(_half)?$",
    ):
        _do("DROP DATABASE {} WITH (FORCE)", old)
    half = f"{seed}_half"
    _do("CREATE DATABASE {}", half)
    _migrate(half)
    services.run("bench.seed", str(tickets), database=_address(half))
    _do("ALTER DATABASE {} RENAME TO {}", half, seed)


def _is_migrated(seed: str) -> bool:
    """Apply migrations that came since; False where one that it has had is another
    now."""
    [[noted]] = _do(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname = {}",
        literal=seed,
    )
    had, now = json.loads(noted), _migrations()
    if had != now and had.items() <= now.items():
        _migrate(seed)
        # What is added up since then has no days yet, and what a migration filled is
        # not known to the planner.
        services.run("manage", "roll_up", database=_address(seed))
        with psycopg.connect(_address(seed), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE, FREEZE)")
    return bool(had.items() <= now.items())


def _migrate(database: str) -> None:
    services.run("manage", "migrate", "--no-input", database=_address(database))
    noted = json.dumps(_migrations())
    _do("COMMENT ON DATABASE {} IS {}", database, literal=noted)


def _migrations() -> dict[str, str]:
    """Digests by file."""
    found = services.CHECKOUT.glob("*/migrations/0*.py")
    return {
        name: _digest(name)
        for name in (str(path.relative_to(services.CHECKOUT)) for path in sorted(found))
    }


def _digest(pattern: str) -> str:
    """A digest of all files that fit."""
    files = sorted(services.CHECKOUT.glob(pattern))
    content = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest()[:12]


def _prefix() -> str:
    return f"{conninfo_to_dict(os.environ['DATABASE_URL'])['dbname']}_bench"


def _exists(name: str) -> bool:
    return bool(_do("SELECT 1 FROM pg_database WHERE datname = {}", literal=name))


def _address(name: str) -> str:
    return make_conninfo(os.environ["DATABASE_URL"], dbname=name)


def _do(statement: str, *names: str, literal: str = "") -> list[tuple[Any, ...]]:
    parts: list[sql.Composable] = [sql.Identifier(name) for name in names]
    parts += [sql.Literal(literal)] if literal else []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        done = connection.execute(sql.SQL(statement).format(*parts))
        return done.fetchall() if done.description else []
