"""Which requests read a big table from end to end, by the plans of their statements.

`python -m bench.plans` reads what `bench.desk` printed and prints JSON: operation ->
plans. Nothing of what is explained is done.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

BIG = 5_000  # rows: below that reading all of a table is what a planner should do
EXPLAINED = ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")


def scans(desk: dict[str, Any], big: int = BIG) -> dict[str, list[str]]:
    """Return the plans with a sequential scan of a table of at least `big` rows."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.operations import OPERATIONS
    from bench.statements import ask

    handler = WSGIHandler()
    large = _large(big)
    found: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        with CaptureQueriesContext(connection) as captured, _one_connection():
            ask(handler, next(operation.ours(desk)))
        plans = [
            plan
            for query in captured.captured_queries
            for plan in _plans(query["sql"] or "")
            if any(f"Seq Scan on {table} " in plan for table in large)
        ]
        if plans:
            found[operation.name] = plans
    return found


@contextmanager
def _one_connection() -> Iterator[None]:
    """Let the end of a request leave the connection open."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def _large(big: int) -> list[str]:
    from conversations.models.bulk import fetch

    rows = fetch(
        """SELECT relname FROM pg_class
            WHERE relkind = 'r' AND reltuples >= %s AND relname !~ '^pg_'""",
        [big],
    )
    return [name for [name] in rows]


def _plans(statement: str) -> Iterator[str]:
    """Explain a statement, unless its values travelled apart from it."""
    from conversations.models.bulk import fetch

    if not statement.lstrip().upper().startswith(EXPLAINED) or "$1" in statement:
        return
    # Not a placeholder any more: the text holds its values.
    plain = statement.replace("%", "%%")
    yield "\n".join(line for [line] in fetch(f"EXPLAIN {plain}", [])) + "\n" + statement


if __name__ == "__main__":
    django.setup()
    print(json.dumps(scans(json.load(sys.stdin))))
