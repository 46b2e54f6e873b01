"""How many resolved tickets came back."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import LineOut, ReportOut, line_out
from webcare.api.shapes import Json
from webcare.queries import reports
from webcare.queries.reports import Asked


class RateLineOut(LineOut):
    """`rate` is reopened of resolved; provisional while some may still be reopened."""

    resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    is_provisional = serializers.BooleanField()


class ReopenRateOut(ReportOut):
    results = RateLineOut(many=True)


class ReopenRate(Report):
    name = "reopen-rate"
    summary = "How many resolved tickets came back within seven days"
    shape = ReopenRateOut

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.reopen_rates(request.user, asked)
        return {
            "results": [
                {
                    **line_out(line.key, asked),
                    "resolved": line.resolved,
                    "reopened": line.reopened,
                    "uncertain": line.uncertain,
                    "rate": line.rate,
                    "is_provisional": line.uncertain > 0,
                }
                for line in found
            ]
        }
