"""Where in the database a word stands: every column of every table is looked at."""

from django.db import connection

from conversations.models.bulk import fetch

_COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type
      FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
     ORDER BY 1, 2"""


def traces(word):
    """Return "table.column" for each column that has `word` in it, case aside."""
    return {
        f"{table}.{column}"
        for table, column, kind in fetch(_COLUMNS, [])
        if _has(table, column, kind, word)
    }


def _has(table, column, kind, word):
    name = connection.ops.quote_name
    text = f"{name(column)}::text"
    if kind == "bytea":
        text = f"encode({name(column)}, 'escape')"
    found = fetch(
        f"SELECT EXISTS (SELECT FROM {name(table)} WHERE lower({text}) LIKE %s)",
        [f"%{word.lower()}%"],
    )
    return found[0][0]
