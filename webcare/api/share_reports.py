"""Reports of shares: what was counted, and each share with what it is a share of."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import Desk
from webcare.api.reports import FILTERS as EVERY
from webcare.api.reports import HeadOut, asked_for, counted_of, parameters
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.parameters import one_of
from webcare.domain.reports import Look
from webcare.domain.shares import FEW, TOO_FEW
from webcare.domain.surveys import SCORES, Skipped
from webcare.domain.tables import as_csv, as_json_lines
from webcare.queries import share_reports
from webcare.queries.reports import Asked

FILTERS = {name: one for name, one in EVERY.items() if name != "view"}
# Answers to surveys are read as they are.
OF_NOW = {name: one for name, one in EVERY.items() if name != "as_of"} | {
    "view": Filter(
        one_of(*Look.values),
        "Of what was resolved in the period (cohort, if unsaid), or who was asked and"
        " who answered in it, each by when it happened (event).",
        choices=tuple(Look.values),
    )
}


class IntervalOut(Out):
    """Wilson's interval: where the true share lies, with 95 % confidence."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class LineOut(Out):
    """`key` is what the line is of; null for all, or where cases have none of it."""

    key = serializers.CharField(allow_null=True)


def asked_of(request: Request, filters: Mapping[str, Filter]) -> tuple[Asked, str]:
    """Return what is asked for, and in which format. Raises Invalid."""
    given = read_filters(request, filters)
    return asked_for(given), given.get("format", "json")


def answer(asked: Asked, lines: Sequence[Json], form: str, name: str) -> HttpResponse:
    """Return the lines of a report as it was asked for: JSON, CSV or JSON lines."""
    if form == "json":
        by = asked.by and asked.by.value
        start, end = asked.period
        head = {"start": stamp(start), "end": stamp(end), "as_of": stamp(asked.as_of)}
        head |= {"by": by, "view": asked.view.value, "counted": counted_of(name, asked)}
        return Response({**head, "results": lines})
    text = as_csv(lines) if form == "csv" else as_json_lines(lines)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
    file = f'attachment; filename="{name}.{form}"'
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": file})


def _members(says: str, name: str, fields: Mapping[str, Any]) -> type[Out]:
    """A shape whose members are known elsewhere."""
    return type(name, (Out,), {"__doc__": says, **fields})


ScoresOut = _members(
    "How many gave each score.",
    "ScoresOut",
    {str(score): serializers.IntegerField(allow_null=True) for score in SCORES},
)
NotAskedOut = _members(
    "How many were not asked, by the reason.",
    "NotAskedOut",
    {reason.value: serializers.IntegerField() for reason in Skipped},
)


class SatisfactionLineOut(LineOut):
    __doc__ = f"""Of questions resolved with an answer in the period.

    `share` is satisfied (4 or 5) of answered, with Wilson's interval at 95 %. Of fewer
    than {TOO_FEW} answers share and scores are withheld, of fewer than {FEW} they are
    called small. `response_rate` is answered of asked, null by event; `not_asked` says
    of whom nothing is known, and why. `waiting` are still to be asked.
    """

    answered = serializers.IntegerField()
    satisfied = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)
    interval = IntervalOut()
    scores = ScoresOut()
    is_small = serializers.BooleanField()
    is_withheld = serializers.BooleanField()
    resolved = serializers.IntegerField()
    asked = serializers.IntegerField()
    response_rate = serializers.FloatField(allow_null=True)
    waiting = serializers.IntegerField()
    not_asked = NotAskedOut()


class SatisfactionOut(HeadOut):
    results = SatisfactionLineOut(many=True)


class SatisfactionReport(Endpoint):
    permission_classes = [Desk]

    @says(
        "How satisfied people were with what they got",
        SatisfactionOut,
        parameters=parameters(OF_NOW),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> HttpResponse:
        asked, form = asked_of(request, OF_NOW)
        lines = share_reports.satisfaction(request.user, asked)
        return answer(asked, lines, form, "satisfaction")


class OfOut(Out):
    """How many were answered of how many, and the share; null of nothing."""

    of = serializers.IntegerField()
    answered = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class UnansweredOut(Out):
    """Messages that we chose not to answer, by how."""

    left = serializers.IntegerField(help_text="Their ticket ended without an answer.")
    ignored = serializers.IntegerField()
    watched = serializers.IntegerField()
    passed_on = serializers.IntegerField()


class ResponseRateLineOut(LineOut):
    """Messages that authors wrote in the period: three rates, never one.

    Those that needed an answer, those that were addressed to us, and all that we
    heard. Last words want no answer and are in none of them.
    """

    needs_answer = OfOut()
    addressed = OfOut()
    monitored = OfOut()
    waiting = serializers.IntegerField()
    deliberately_unanswered = UnansweredOut()
    undecided = serializers.IntegerField()
    last_words = serializers.IntegerField()


class ResponseRateOut(HeadOut):
    results = ResponseRateLineOut(many=True)


class PartOut(Out):
    """How many conversations, and which share of all."""

    count = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class AddedValueLineOut(LineOut):
    """Conversations that began in the period, and what came of our part in them.

    *Added*: thanks, a solution or a score of 4 or 5, and not opened again. *Harm*: they
    want us gone. *Silent*: engaged, and neither. `provisional` is how many of them can
    still change: they are live, or our last words were less than seven days ago.
    """

    conversations = serializers.IntegerField()
    engaged = PartOut()
    added = PartOut()
    harm = PartOut()
    silent = PartOut()
    provisional = serializers.IntegerField()


class AddedValueOut(HeadOut):
    results = AddedValueLineOut(many=True)


class ResponseRateReport(Endpoint):
    permission_classes = [Desk]

    @says(
        "How many messages were answered, of three wholes",
        ResponseRateOut,
        parameters=parameters(FILTERS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> HttpResponse:
        asked, form = asked_of(request, FILTERS)
        lines = share_reports.response_rate(request.user, asked)
        return answer(asked, lines, form, "response-rate")


class AddedValueReport(Endpoint):
    permission_classes = [Desk]

    @says(
        "What our answers added, and where they did harm",
        AddedValueOut,
        parameters=parameters(FILTERS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> HttpResponse:
        asked, form = asked_of(request, FILTERS)
        lines = share_reports.added_value(request.user, asked)
        return answer(asked, lines, form, "added-value")
