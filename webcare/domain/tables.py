"""Lines of a report or an export as a table, or as JSON, one after the other."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from webcare.domain.reports import neutral

Line = Mapping[str, Any]


def as_csv(lines: Iterable[Line]) -> str:
    """Return a table of which no cell is taken for a formula, with its heads.

    Members of members are columns of their own. Nothing of no lines.
    """
    rows = [dict(flat(line)) for line in lines]
    return csv_rows([list(rows[0])] if rows else []) + csv_rows(
        list(row.values()) for row in rows
    )


def csv_rows(rows: Iterable[Sequence[Any]]) -> str:
    """Return rows of a table, each cell neutral."""
    text = StringIO()
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue()


def as_json_lines(lines: Iterable[Line]) -> str:
    """Return one line of JSON for each."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def flat(line: Line, before: str = "") -> Iterator[tuple[str, Any]]:
    """Return a line's values under one name each: `interval.low` is `interval_low`."""
    for name, value in line.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}_")
        else:
            yield f"{before}{name}", value
