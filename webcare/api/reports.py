"""Reports, as JSON or as a table for spreadsheets."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.clock import database_now
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.outcomes import Verdict
from webcare.domain.parameters import moment, one_of
from webcare.domain.reports import PERCENTILES, By, Figures, buckets, neutral
from webcare.exceptions import Invalid
from webcare.queries import listening, reports
from webcare.queries.reports import Period

USUAL = timedelta(days=7)
LONGEST = timedelta(days=400)
WITHIN = {
    "from": Filter(moment, "The first instant; seven days before `to` if unsaid."),
    "to": Filter(moment, "Up to and without this instant; now if unsaid."),
    "format": Filter(one_of("json", "csv"), "json if unsaid.", choices=("json", "csv")),
}
FILTERS = WITHIN | {
    "by": Filter(one_of(*By.values), "One line for each.", choices=tuple(By.values))
}
PARAMETERS = tuple(one.parameter(name) for name, one in FILTERS.items())


class PercentileOut(Out):
    """`seconds` is null when not reached: too few have been answered to say."""

    percent = serializers.IntegerField()
    seconds = serializers.IntegerField(allow_null=True)
    reached = serializers.BooleanField()


class BucketOut(Out):
    """Ended cases longer than `above` seconds, up to and including `up_to`."""

    above = serializers.IntegerField()
    up_to = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class FiguresOut(Out):
    """Calendar seconds. Percentiles after Kaplan and Meier, waiting cases included."""

    key = serializers.CharField(allow_null=True)
    n = serializers.IntegerField()
    ended = serializers.IntegerField()
    waiting = serializers.IntegerField()
    longest_waiting_seconds = serializers.IntegerField(allow_null=True)
    left_unanswered = serializers.IntegerField()
    percentiles = PercentileOut(many=True)
    mean_seconds = serializers.FloatField(allow_null=True)
    buckets = BucketOut(many=True)


class ReportOut(Out):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    as_of = serializers.DateTimeField()
    by = serializers.ChoiceField(choices=By.choices, allow_null=True)
    results = FiguresOut(many=True)


class ResolutionsOut(ReportOut):
    outcomes = serializers.DictField(child=serializers.IntegerField())


def figures_out(line: Figures) -> Json:
    return {
        "key": line.key,
        "n": line.n,
        "ended": line.ended,
        "waiting": line.waiting,
        "longest_waiting_seconds": line.longest_waiting,
        "left_unanswered": line.left,
        "percentiles": [
            {"percent": percent, "seconds": seconds, "reached": seconds is not None}
            for percent, seconds in zip(PERCENTILES, line.percentiles, strict=True)
        ],
        "mean_seconds": line.mean,
        "buckets": [
            {"above": above, "up_to": up_to, "count": count}
            for (above, up_to), count in zip(buckets(), line.buckets, strict=True)
        ],
    }


def _cells(line: Figures) -> list[Any]:
    marks = ["not reached" if mark is None else mark for mark in line.percentiles]
    shown = [line.key, line.n, line.ended, line.waiting, line.longest_waiting]
    return [*shown, line.left, *marks, line.mean, *line.buckets]


def _head() -> list[str]:
    edges = [
        f"up_to_{up_to}" if up_to else f"above_{above}" for above, up_to in buckets()
    ]
    names = ["key", "n", "ended", "waiting", "longest_waiting_seconds"]
    marks = [f"p{percent}_seconds" for percent in PERCENTILES]
    return [*names, "left_unanswered", *marks, "mean_seconds", *edges]


class _Report(Endpoint):
    permission_classes = [Desk]

    def answer(
        self, request: Request, read: Callable[..., list[Figures]]
    ) -> tuple[Json, HttpResponse | None]:
        given = read_filters(request, FILTERS)
        now, period = _period(given)
        by = By(given["by"]) if "by" in given else None
        lines = read(request.user, period, by)
        if given.get("format") == "csv":
            return {}, table(_head(), [_cells(line) for line in lines], "report")
        return {
            "start": stamp(period.start),
            "end": stamp(period.end),
            "as_of": stamp(now),
            "by": by and by.value,
            "results": [figures_out(line) for line in lines],
        }, None


def _period(given: Json) -> tuple[Any, Period]:
    now = database_now()
    end = given.get("to", now)
    start = given.get("from", end - USUAL)
    if not start < end:
        raise Invalid(**{"from": "Begin before the end."})
    if end - start > LONGEST:
        raise Invalid(**{"from": f"Ask for at most {LONGEST.days} days."})
    return now, Period(start, end)


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], name: str
) -> HttpResponse:
    """Answer with CSV of which no cell is taken for a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


class ResponseTimes(_Report):
    @says(
        "How long authors waited for an answer",
        ReportOut,
        parameters=PARAMETERS,
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        body, csv_answer = self.answer(request, reports.response_times)
        return csv_answer or Response(body)


class Resolutions(_Report):
    @says(
        "How long tickets took, and what became of them",
        ResolutionsOut,
        parameters=PARAMETERS,
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        body, csv_answer = self.answer(request, reports.resolutions)
        if csv_answer:
            return csv_answer
        _, period = _period(read_filters(request, FILTERS))
        return Response({**body, "outcomes": reports.outcomes(request.user, period)})


class DecidedOut(Out):
    """Messages heard, by what was decided about them and why."""

    day = serializers.DateField()
    channel = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    messages = serializers.IntegerField()


class Decisions(Endpoint):
    permission_classes = [Desk]

    @says(
        "What was heard, and how much of it became a ticket",
        DecidedOut(many=True),
        parameters=tuple(one.parameter(name) for name, one in WITHIN.items()),
        refuses=(422,),
        is_table=True,
        tag="listening",
    )
    def get(self, request: Request) -> Any:
        given = read_filters(request, WITHIN)
        rows = listening.decisions(request.user, _period(given)[1])
        if given.get("format") == "csv":
            return table(listening.Decided._fields, rows, "decisions")
        return Response([{**row._asdict(), "day": row.day.isoformat()} for row in rows])
