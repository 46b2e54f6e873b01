"""How satisfied people were with what they got."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.filters import Filter
from webcare.api.reports.asked import FILTERS
from webcare.api.reports.shapes import HeadOut
from webcare.api.reports.shares import ShareLineOut, ShareReport
from webcare.api.shapes import Json, Out
from webcare.domain.parameters import one_of
from webcare.domain.reports import Look
from webcare.domain.shares import FEW, TOO_FEW
from webcare.domain.surveys import SCORES, Skipped
from webcare.queries import share_reports
from webcare.queries.reports import Asked

# Answers to surveys are read as they are.
OF_NOW = {name: one for name, one in FILTERS.items() if name != "as_of"} | {
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


class SatisfactionLineOut(ShareLineOut):
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


class Satisfaction(ShareReport):
    name = "satisfaction"
    summary = "How satisfied people were with what they got"
    shape = SatisfactionOut
    filters = OF_NOW

    def report(self, request: Request, asked: Asked) -> Json:
        return {"results": share_reports.satisfaction(request.user, asked)}
