"""Which requests read a big table from end to end, by the plans of their statements.

`python -m bench.plans` reads what `bench.desk` printed and prints JSON: operation ->
plans. Nothing of what is explained is done.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django

BIG = 5_000  # rows: below that reading all of a table is what a planner should do
# Who asks for all there is may read all that still goes on from end to end.
EVERYTHING = ", all"
EXPLAINED = ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")

Statement = tuple[str, Any]  # and its values


def is_hashed(plan: str, table: str) -> bool:
    """Whether a subquery is looked up in a hash of all of `table`."""
    return any(
        f" on {table} " in _part(plan, name)
        for name in set(re.findall(r"hashed (SubPlan \d+)", plan))
    )


def is_read(plan: str, table: str) -> bool:
    """Whether `table` is read from end to end."""
    return f"Seq Scan on {table} " in plan or is_hashed(plan, table)


def scans(
    desk: dict[str, Any], big: int = BIG, how: Callable[[str, str], bool] = is_read
) -> dict[str, list[str]]:
    """Return the plans in which a table of at least `big` rows `is_read`."""
    from django.core.handlers.wsgi import WSGIHandler

    from bench.operations import OPERATIONS

    handler = WSGIHandler()
    tables = large(big)
    found: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        if operation.name.endswith(EVERYTHING):
            continue
        plans = [
            plan
            for statement in _asked(operation, desk, handler)
            for plan in _plans(statement)
            if any(how(plan, table) for table in tables)
        ]
        if plans:
            found[operation.name] = plans
    return found


def _asked(operation: Any, desk: dict[str, Any], handler: Any) -> list[Statement]:
    """The statements of an operation, done once."""
    from django.db import connection

    from bench.statements import ask

    asked: list[Statement] = []

    def note(execute: Any, sql: str, given: Any, many: bool, context: Any) -> Any:
        asked.append((sql, given))
        return execute(sql, given, many, context)

    with connection.execute_wrapper(note), _one_connection():
        if operation.ours:
            ask(handler, next(operation.ours(desk)))
        elif operation.ours_called:
            connection.ensure_connection()
            operation.ours_called(desk)(connection.connection, 0)
    return asked


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


def large(big: int) -> list[str]:
    """Return the tables of at least `big` rows."""
    from conversations.models.bulk import fetch

    rows = fetch(
        """SELECT relname FROM pg_class
            WHERE relkind = 'r' AND reltuples >= %s AND relname !~ '^pg_'""",
        [big],
    )
    return [name for [name] in rows]


def _part(plan: str, name: str) -> str:
    """The lines of a plan that are below the one which says just this name."""
    [below] = re.findall(rf"^( *){name}\n((?:\1 +.*\n)*)", plan, re.MULTILINE)
    return str(below[1])


def _plans(statement: Statement) -> Iterator[str]:
    """Explain a statement for its values, also one whose plan is kept."""
    from conversations.models.bulk import fetch

    sql, given = statement
    if sql.lstrip("( \n").upper().startswith(EXPLAINED):
        yield "\n".join(line for [line] in fetch(f"EXPLAIN {sql}", given)) + f"\n{sql}"


if __name__ == "__main__":
    django.setup()
    print(json.dumps(scans(json.load(sys.stdin))))
