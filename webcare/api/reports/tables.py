"""Lines of a report as a table for spreadsheets, or one JSON after the other."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse

from webcare.api.shapes import Json
from webcare.domain.tables import as_json_lines, csv_rows


def flat_table(lines: Sequence[Json]) -> HttpResponse:
    """Answer with a row for each line of a report; without lines there is no head."""
    rows = [dict(_flat(line)) for line in lines]
    head = list(rows[0]) if rows else ["key"]
    return table(head, [list(row.values()) for row in rows], "report")


def _flat(line: Json, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in line.items():
        if name in _LISTS:
            for each in value:
                column, cell = _LISTS[name](each)
                yield f"{before}{column}", cell
        elif isinstance(value, dict):
            yield from _flat(value, f"{before}{name}_")
        else:
            yield f"{before}{name}", value


def _percentile(one: Json) -> tuple[str, Any]:
    shown = one["seconds"] if one["reached"] else "not reached"
    return f"p{one['percent']}_seconds", shown


def _bucket(one: Json) -> tuple[str, Any]:
    edge = f"up_to_{one['up_to']}" if one["up_to"] else f"above_{one['above']}"
    return edge, one["count"]


def _age(one: Json) -> tuple[str, Any]:
    to, above = one["up_to_days"], one["above_days"]
    return f"up_to_{to}_days" if to else f"above_{above}_days", one["tickets"]


_LISTS = {"percentiles": _percentile, "buckets": _bucket, "ages": _age}


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], name: str
) -> HttpResponse:
    """Answer with CSV of which no cell is taken for a formula."""
    return file_of(csv_rows([head, *rows]), "text/csv; charset=utf-8", f"{name}.csv")


def json_lines(lines: Iterable[Json], name: str) -> HttpResponse:
    """Answer with a line of JSON for each."""
    return file_of(as_json_lines(lines), "application/jsonl", f"{name}.jsonl")


def file_of(text: str, kind: str, name: str) -> HttpResponse:
    """Answer with a file of this kind and name."""
    return HttpResponse(
        text,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
