"""How many tickets needed one answer and stayed resolved."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.filters import Filter
from webcare.api.reports.asked import FILTERS
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import LineOut, ReportOut, line_out
from webcare.api.shapes import Json
from webcare.domain.parameters import one_of
from webcare.domain.reports import Look, share
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class FirstContactLineOut(LineOut):
    """`rate` is resolved at once of answered: seven days after they were resolved."""

    answered = serializers.IntegerField()
    resolved_at_once = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)


class FirstContactOut(ReportOut):
    results = FirstContactLineOut(many=True)


BY_EVENT = FILTERS | {
    "view": Filter(
        one_of(*Look.values),
        "Tickets that were resolved in the period (event, if unsaid), or opened in it"
        " (cohort).",
        choices=tuple(Look.values),
    )
}


class FirstContact(Report):
    name = "first-contact-resolution"
    summary = "How many tickets needed one answer and stayed resolved for seven days"
    shape = FirstContactOut
    filters = BY_EVENT
    usual = Look.EVENT

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.first_contacts(request.user, asked)
        return {"results": [_first_contact(line, asked) for line in found]}


def _first_contact(line: Line, asked: Asked) -> Json:
    answered, at_once = line.counts["answered"], line.counts["at_once"]
    return {
        **line_out(line.key, asked),
        "answered": answered,
        "resolved_at_once": at_once,
        "rate": share(at_once, answered),
    }
