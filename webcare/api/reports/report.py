"""One report: asked by GET, and answered as JSON or as a table."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import Desk
from webcare.api.reports.asked import FILTERS, asked_for, parameters
from webcare.api.reports.behind import counted_of
from webcare.api.reports.tables import flat_table, json_lines
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.histograms import ERROR
from webcare.domain.reports import Look
from webcare.queries.reports import Asked


class Report(Endpoint):
    """What all reports share: what they are asked, as of when, and how they answer."""

    permission_classes = [Desk]
    name: ClassVar[str]  # and what its figures are of, where lists know
    # What the schema says of its GET; a report without one is a base of others.
    summary: ClassVar[str] = ""
    shape: ClassVar[type[Out]]
    filters: ClassVar[Mapping[str, Filter]] = FILTERS
    usual: ClassVar[Look] = Look.COHORT  # the view where nobody says which

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.summary:
            return

        def get(report: Report, request: Request) -> Any:
            return report.answer(request)

        described = says(
            cls.summary,
            cls.shape,
            parameters=parameters(cls.filters),
            refuses=(422,),
            is_table=True,
            tag="reports",
        )
        cls.get = described(get)  # type: ignore[attr-defined]

    def answer(self, request: Request) -> Any:
        given = read_filters(request, self.filters)
        asked = asked_for({"view": self.usual} | given)
        body = self.report(request, asked)
        match given.get("format"):
            case "csv":
                return self.table(body["results"])
            case "jsonl":
                return json_lines(body["results"], self.file)
        counted = {"counted": counted_of(self.name, self.of(asked))}
        return Response(said(asked, self.filters) | counted | body)

    @property
    def file(self) -> str:
        """What a file of its lines is called."""
        return "report"

    def table(self, lines: Sequence[Json]) -> HttpResponse:
        return flat_table(lines)

    def of(self, asked: Asked) -> Asked:
        """What its lines are of, where that goes without asking."""
        return asked

    def report(self, request: Request, asked: Asked) -> Json:
        """Return `results`, one line each, and what else there is to say."""
        raise NotImplementedError


def said(asked: Asked, filters: Mapping[str, Filter]) -> Json:
    body: Json = {
        "start": stamp(asked.period.start),
        "end": stamp(asked.period.end),
        "as_of": stamp(asked.as_of),
        "by": asked.by and asked.by.value,
        "view": asked.view.value,
    }
    if "clock" in filters:
        body["clock"] = asked.clock.value
        body["error"] = 0.0 if asked.exact else ERROR
    return body
