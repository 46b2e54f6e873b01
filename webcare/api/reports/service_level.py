"""How many promises were kept."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import LineOut, ReportOut, line_out
from webcare.api.shapes import Json
from webcare.domain.outcomes import Promise
from webcare.domain.reports import share
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class PromiseLineOut(LineOut):
    """`share` is met of met and breached; null of none.

    A breach counts from the moment its time passes, whoever answers when;
    `breached_and_open` are those of which nobody has answered yet. Not yet due ones are
    in no share, nor are those left without an answer in time.
    """

    promise = serializers.ChoiceField(choices=Promise.choices)
    met = serializers.IntegerField()
    breached = serializers.IntegerField()
    breached_and_open = serializers.IntegerField()
    not_due = serializers.IntegerField()
    left_unanswered = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class ServiceLevelOut(ReportOut):
    results = PromiseLineOut(many=True)


class ServiceLevel(Report):
    name = "service-level"
    summary = "How many promises were kept"
    shape = ServiceLevelOut

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.service_level(request.user, asked)
        return {"results": [_promise(*each, asked) for each in found]}


def _promise(promise: Promise, line: Line, asked: Asked) -> Json:
    late = line.counts["breached_and_open"]
    met, breached = line.counts["met"], line.counts["breached"] + late
    return {
        **line_out(line.key, asked),
        "promise": promise.value,
        "met": met,
        "breached": breached,
        "breached_and_open": late,
        "not_due": line.counts["not_due"],
        "left_unanswered": line.counts["left"],
        "share": share(met, met + breached),
    }
