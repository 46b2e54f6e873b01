"""How many messages were answered, of three wholes."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.shapes import HeadOut
from webcare.api.reports.shares import IN_ONE_VIEW, ShareLineOut, ShareReport
from webcare.api.shapes import Json, Out
from webcare.queries import share_reports
from webcare.queries.reports import Asked


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


class ResponseRateLineOut(ShareLineOut):
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


class ResponseRate(ShareReport):
    name = "response-rate"
    summary = "How many messages were answered, of three wholes"
    shape = ResponseRateOut
    filters = IN_ONE_VIEW

    def report(self, request: Request, asked: Asked) -> Json:
        return {"results": share_reports.response_rate(request.user, asked)}
