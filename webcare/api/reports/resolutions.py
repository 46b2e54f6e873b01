"""How long tickets took, and what became of them."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.asked import TIMED
from webcare.api.reports.behind import tickets_behind
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import (
    TimedLineOut,
    TimedOut,
    TimesOut,
    line_out,
    times_out,
)
from webcare.api.shapes import Json
from webcare.domain.outcomes import Resolution
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class ResolvedOut(TimedLineOut):
    """To the ending that stands; `first` is to the first one, whatever came after."""

    left_unanswered = serializers.IntegerField()
    first = TimesOut()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    resolved = serializers.IntegerField()
    stayed_resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()
    uncertain = serializers.IntegerField()


class ResolutionsOut(TimedOut):
    outcomes = serializers.DictField(child=serializers.IntegerField())
    results = ResolvedOut(many=True)


class Resolutions(Report):
    name = "resolutions"
    summary = "How long tickets took, and what became of them"
    shape = ResolutionsOut
    filters = TIMED

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.resolutions(request.user, asked)
        return {
            "outcomes": reports.outcomes(last.counts for last, _ in found),
            "results": [_resolutions(*both, asked) for both in found],
        }


def _resolutions(last: Line, first: Line, asked: Asked) -> Json:
    outcomes = {name: last.counts[name] for name in Resolution.values}
    resolved = sum(first.counts[name] for name in Resolution.values)
    reopened = first.counts["reopened"]
    uncertain = first.counts.get("uncertain", 0)
    return {
        **line_out(last.key, asked),
        "waiting_tickets": tickets_behind(last.key, asked, status="live"),
        **times_out(last.times),
        "left_unanswered": sum(outcomes.values()) - outcomes[Resolution.ANSWERED],
        "first": times_out(first.times),
        "outcomes": outcomes,
        "resolved": resolved,
        "stayed_resolved": resolved - reopened - uncertain,
        "reopened": reopened,
        "uncertain": uncertain,
    }
