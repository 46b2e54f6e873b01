"""What is talked about, and whether it is more or less than before."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import Desk
from webcare.api.reports.asked import WITHIN, parameters, period_of
from webcare.api.reports.tables import json_lines, table
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.listening import Trend
from webcare.domain.outcomes import Verdict
from webcare.domain.parameters import one_of
from webcare.queries import listening
from webcare.queries.listening import Heard, topics_heard
from webcare.queries.settled import settled_at
from webcare.queries.topics import slugs

DAYS = ("1", "7", "28")
FILTERS = {
    "days": Filter(
        one_of(*DAYS), "How long: so many times 24 hours; 7 if unsaid.", choices=DAYS
    )
}


class HeardOut(Out):
    """Tickets opened about a topic in the last `days`, and in the `periods_before` of
    that length: four, or fewer on a young desk. `topic` is null for those of which
    nobody could say it. The trend is told where chance alone would do it once in a
    thousand."""

    topic = serializers.CharField(allow_null=True)
    tickets = serializers.IntegerField()
    before = serializers.IntegerField()
    periods_before = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of all in the last period; 0 to 1.")
    trend = serializers.ChoiceField(choices=Trend.choices)


class TopicsHeardOut(Out):
    """The most first, as of a moment."""

    as_of = serializers.DateTimeField()
    topics = HeardOut(many=True)


class TopicsHeard(Endpoint):
    permission_classes = [Desk]

    @says(
        "What people talk about, more or less than before",
        TopicsHeardOut,
        parameters=tuple(one.parameter(name) for name, one in FILTERS.items()),
        refuses=(422,),
        tag="listening",
    )
    def get(self, request: Request) -> Response:
        days = int(read_filters(request, FILTERS).get("days", "7"))
        as_of = settled_at()
        heard = topics_heard(request.user, days, as_of)
        total, known_as = sum(one.now for one in heard), slugs()
        shown = [_heard_out(one, total, known_as) for one in heard]
        return Response({"as_of": stamp(as_of), "topics": shown})


def _heard_out(one: Heard, total: int, known_as: dict[int, str]) -> Json:
    return {
        "topic": known_as.get(one.topic) if one.topic else None,
        "tickets": one.now,
        "before": one.before,
        "periods_before": one.times,
        "share": one.now / total if total else 0.0,
        "trend": one.trend.value,
    }


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
        parameters=parameters(WITHIN),
        refuses=(422,),
        is_table=True,
        tag="listening",
    )
    def get(self, request: Request) -> Any:
        given = read_filters(request, WITHIN)
        rows = listening.decisions(request.user, period_of(given, settled_at()))
        if given.get("format") == "csv":
            return table(listening.Decided._fields, rows, "decisions")
        lines = [{**row._asdict(), "day": row.day.isoformat()} for row in rows]
        if given.get("format") == "jsonl":
            return json_lines(lines, "decisions")
        return Response(lines)
