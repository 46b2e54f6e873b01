"""How long authors waited for an answer."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.filters import Filter
from webcare.api.reports.asked import TIMED
from webcare.api.reports.behind import tickets_behind
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import TimedLineOut, TimedOut, line_out, times_out
from webcare.api.shapes import Json
from webcare.domain.parameters import one_of
from webcare.domain.reports import Wait
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class FiguresOut(TimedLineOut):
    """Of the ended, `within_target` kept their promise, of `with_target` that had one.

    What was answered in closed time is in no percentile in open hours, and counted
    in `answered_in_closed_time`.
    """

    left_unanswered = serializers.IntegerField()
    within_target = serializers.IntegerField()
    with_target = serializers.IntegerField()
    answered_in_closed_time = serializers.IntegerField()


class ResponseTimesOut(TimedOut):
    of = serializers.ChoiceField(choices=Wait.choices)
    results = FiguresOut(many=True)


WAITS = TIMED | {
    "of": Filter(
        one_of(*Wait.values),
        "Every answer (all, if unsaid), the first of each conversation (first), those "
        "after it (next), or the first that its author heard of us (acknowledgement).",
        choices=tuple(Wait.values),
    ),
}


class ResponseTimes(Report):
    name = "response-times"
    summary = "How long authors waited for an answer"
    shape = ResponseTimesOut
    filters = WAITS

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.response_times(request.user, asked)
        results = [_response_times(line, asked) for line in found]
        return {"of": asked.of.value, "results": results}


def _response_times(line: Line, asked: Asked) -> Json:
    return {
        **line_out(line.key, asked),
        "waiting_tickets": _waiting(line.key, asked),
        **times_out(line.times),
        "left_unanswered": line.counts["left"],
        "within_target": line.counts["within_target"],
        "with_target": line.counts["with_target"],
        "answered_in_closed_time": line.counts["in_closed_time"],
    }


def _waiting(key: str | None, asked: Asked) -> str | None:
    """Of a first word or a later question no list knows who waits for it."""
    return tickets_behind(key, asked, "waiting") if asked.of == Wait.ALL else None
