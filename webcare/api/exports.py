"""Everything there is of one kind, as a stream: for spreadsheets and warehouses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from conversations.queries.clock import database_now
from webcare.actions.exports import note_export
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import stamp
from webcare.domain.parameters import moment, one_of
from webcare.domain.tables import csv_rows
from webcare.exceptions import Invalid, NotFound
from webcare.queries.exports import BEGINNING, EXPORTS, After, Export, batches

FORMATS = ("csv", "jsonl")
CURSOR = "cursor"


def _after(text: str) -> After:
    """Read a cursor. Raises ValueError."""
    at, *_rest, pk = text.partition("~")
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise ValueError(_("Send the cursor of the last row you have."))
    return After(moment(at), int(pk))


FILTERS = {
    "from": Filter(moment, "The first instant; the beginning if unsaid."),
    "to": Filter(moment, "Up to and without this instant; now if unsaid."),
    "format": Filter(one_of(*FORMATS), "csv if unsaid.", choices=FORMATS),
    "after": Filter(_after, "The `cursor` of the last row you have: go on behind it."),
}
PARAMETERS = tuple(one.parameter(name) for name, one in FILTERS.items())


class Exports(Endpoint):
    permission_classes = [Desk]

    @says(
        "Stream all rows of one kind: tickets, turns, endings or surveys",
        None,
        parameters=PARAMETERS,
        refuses=(404, 422),
        is_stream=True,
        tag="reports",
    )
    def get(self, request: Request, what: str) -> StreamingHttpResponse:
        export = EXPORTS.get(what)
        if export is None:
            raise NotFound("There is no such export.")
        given = read_filters(request, FILTERS)
        start, end = given.get("from", BEGINNING), given.get("to", database_now())
        if not start < end:
            raise Invalid(**{"from": _("Begin before the end.")})
        form, after = given.get("format", "csv"), given.get("after")
        span = {"from": stamp(start), "to": stamp(end)}
        note_export(user=request.user, what=what, format=form, **span)
        found = batches(request.user, export, start, end, after)
        # What is refused is refused before anything is told.
        first = next(found, ())
        text = _text(export, form, chain([first], found), is_first=after is None)
        return StreamingHttpResponse(
            text,
            content_type="text/csv; charset=utf-8"
            if form == "csv"
            else "application/jsonl",
            headers={
                "Content-Disposition": f'attachment; filename="{what}.{form}"',
                "X-Accel-Buffering": "no",
            },
        )


def _text(
    export: Export,
    form: str,
    found: Iterator[Sequence[Sequence[Any]]],
    *,
    is_first: bool,
) -> Iterator[str]:
    names = [*export.columns, CURSOR]
    if form == "csv" and is_first:
        yield csv_rows([names])
    for rows in found:
        told = [_told(row) for row in rows]
        if form == "csv":
            yield csv_rows(told)
        else:
            yield "".join(_json(dict(zip(names, row, strict=True))) for row in told)


def _told(row: Sequence[Any]) -> list[Any]:
    at, pk, *values = row
    return [*map(_value, values), f"{stamp(at)}~{pk}"]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return str(value) if isinstance(value, UUID) else value


def _json(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"
