"""Many rows in one statement: each column travels as one JSON list.

The database takes a list apart in half the time that the driver needs to write an array
of PostgreSQL's own, in which every text is escaped by a pattern in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from django.db import connection, models
from django.db.backends.postgresql.base import CursorMixin
from django.db.backends.utils import CursorWrapper


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    conflict: str = "",
    returning: str = "",
    feeding: Sequence[str] = (),
    prepared: bool = False,
) -> list[tuple[Any, ...]]:
    """Insert `rows` in one statement and return what `returning` names.

    Every row is a mapping with the same field names. `conflict` and `returning` are
    SQL of ours ("ON CONFLICT DO NOTHING", "id, external_id"). Columns that are left
    out get their database default. No rows, no statement. Each of `feeding` is a
    statement of ours that is done along with it and reads what `returning` names
    from `made`. `prepared` is as for `fetch`.
    """
    if not rows:
        return []
    fields = [_field(model, name) for name in rows[0]]
    table = connection.ops.quote_name(model._meta.db_table)
    lists = ", ".join(["json_array_elements_text(%s::json)"] * len(fields))
    names = ", ".join(f"c{number}" for number in range(len(fields)))
    values = ", ".join(f"c{n}::{_type(field)}" for n, field in enumerate(fields))
    sql = (
        f"INSERT INTO {table} ({', '.join(str(field.column) for field in fields)}) "
        f"SELECT {values} FROM ROWS FROM ({lists}) AS given({names}) {conflict}"
        + (f" RETURNING {returning}" if returning else "")
    )
    if feeding:
        fed = "".join(f", fed{n} AS ({one})" for n, one in enumerate(feeding))
        sql = f"WITH made AS ({sql}){fed} SELECT * FROM made"
    columns = [column(row[name] for row in rows) for name in rows[0]]
    return fetch(sql, columns, prepared=prepared)


def column(values: Iterable[Any]) -> str:
    """Return values as a JSON list, for `json_array_elements_text(%s::json)`."""
    return orjson.dumps(list(values), default=_as_text).decode()


def fetch(
    sql: str, parameters: Sequence[Any] | Mapping[str, Any], *, prepared: bool = False
) -> list[tuple[Any, ...]]:
    """Run one statement of ours and return its rows, if it returns any.

    `prepared` lets each connection plan it once: for what is asked at every request,
    where planning costs more than doing.
    """
    with _prepared_cursor() if prepared else connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        # To ask for its description would make an object of every column.
        return cursor.fetchall() if cursor.pgresult.nfields else []


def ids(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    """Return the first column of `rows`."""
    return [row[0] for row in rows]


class _PreparedCursor(CursorMixin, psycopg.RawCursor[Any]):
    """Sends values beside the text, so that a plan outlives them.

    The driver looks for placeholders anew each time in a text that is as long as our
    longest: here they are found once.
    """

    def execute(self, query: str, params: Any = None) -> _PreparedCursor:  # type: ignore[override]
        text, names = _numbered(query)
        values = params if names is None else [params[name] for name in names]
        return super().execute(text, values)


_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|(s)|%)")


@lru_cache(maxsize=1_000)
def _numbered(sql: str) -> tuple[bytes, list[str] | None]:
    """Return `sql` with $1, $2, …, and which named value each of them is."""
    names: list[str] = []
    unnamed = 0

    def number(found: re.Match[str]) -> str:
        nonlocal unnamed
        if name := found[1]:
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"
        unnamed += bool(found[2])
        return f"${unnamed}" if found[2] else "%"

    text = _PLACEHOLDER.sub(number, sql)
    return text.encode(), names or None


def _prepared_cursor() -> CursorWrapper:
    connection.ensure_connection()
    cursor: CursorWrapper = connection._prepare_cursor(  # type: ignore[attr-defined]
        _PreparedCursor(connection.connection)
    )
    return cursor


def _as_text(value: Any) -> str:
    """What JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"No column holds a {type(value).__name__}.")


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _type(field: models.Field[Any, Any]) -> str:
    """Drop what a cast does not need: `varchar(20)` would cut, `serial` is no type."""
    kind = str(field.db_type(connection))
    return kind.split("(")[0].replace("bigserial", "bigint")
