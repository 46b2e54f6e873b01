"""Many rows in one statement: columns travel as arrays, not as rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


def columns(model: type[models.Model], names: Sequence[str]) -> str:
    """Return `unnest(%s::type[], …)` for these fields of `model`, in this order."""
    types = (str(_field(model, name).db_type(connection)) for name in names)
    return ", ".join(f"%s::{_plain(kind)}[]" for kind in types)


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert `rows` in one statement and return what `returning` names.

    Every row is a mapping with the same field names. `conflict` and `returning` are
    SQL of ours ("ON CONFLICT DO NOTHING", "id, external_id"). Columns that are left
    out get their database default. No rows, no statement.
    """
    if not rows:
        return []
    names = list(rows[0])
    table = connection.ops.quote_name(model._meta.db_table)
    targets = ", ".join(_field(model, name).column for name in names)
    sql = (
        f"INSERT INTO {table} ({targets}) "
        f"SELECT * FROM unnest({columns(model, names)}) {conflict}"
        + (f" RETURNING {returning}" if returning else "")
    )
    return fetch(sql, [[row[name] for row in rows] for name in names])


def fetch(
    sql: str, parameters: Sequence[Any] | Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run one statement of ours and return its rows, if it returns any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def ids(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    """Return the first column of `rows`."""
    return [row[0] for row in rows]


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _plain(kind: str) -> str:
    """Drop what a cast does not need: `varchar(20)` would cut, `serial` is no type."""
    return kind.split("(")[0].replace("bigserial", "bigint")
