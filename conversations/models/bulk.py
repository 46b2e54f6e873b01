"""Many rows in one statement: each column travels as one JSON list.

The database takes a list apart in half the time that the driver needs to write an array
of PostgreSQL's own, in which every text is escaped by a pattern in Python.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    conflict: str = "",
    returning: str = "",
    feeding: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert `rows` in one statement and return what `returning` names.

    Every row is a mapping with the same field names. `conflict` and `returning` are
    SQL of ours ("ON CONFLICT DO NOTHING", "id, external_id"). Columns that are left
    out get their database default. No rows, no statement. Each of `feeding` is a
    statement of ours that is done along with it and reads what `returning` names
    from `made`.
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
    return fetch(sql, [column(row[name] for row in rows) for name in rows[0]])


def column(values: Iterable[Any]) -> str:
    """Return values as a JSON list, for `json_array_elements_text(%s::json)`."""
    return json.dumps(list(values), ensure_ascii=False, default=_as_text)


def fetch(
    sql: str, parameters: Sequence[Any] | Mapping[str, Any], *, prepared: bool = False
) -> list[tuple[Any, ...]]:
    """Run one statement of ours and return its rows, if it returns any.

    `prepared` lets each connection plan it once: for what is asked at every request,
    where planning costs more than doing.
    """
    with _prepared_cursor() if prepared else connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def ids(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    """Return the first column of `rows`."""
    return [row[0] for row in rows]


def _prepared_cursor() -> CursorWrapper:
    """A cursor that sends values beside the text, so that a plan outlives them."""
    connection.ensure_connection()
    cursor: CursorWrapper = connection._prepare_cursor(  # type: ignore[attr-defined]
        ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    )
    return cursor


def _as_text(value: Any) -> str:
    """What JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime | UUID):
        return str(value)
    raise TypeError(f"No column holds a {type(value).__name__}.")


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _type(field: models.Field[Any, Any]) -> str:
    """Drop what a cast does not need: `varchar(20)` would cut, `serial` is no type."""
    kind = str(field.db_type(connection))
    return kind.split("(")[0].replace("bigserial", "bigint")
