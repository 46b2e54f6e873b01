"""What our answers added, and where they did harm."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.shapes import HeadOut
from webcare.api.reports.shares import IN_ONE_VIEW, ShareLineOut, ShareReport
from webcare.api.shapes import Json, Out
from webcare.queries import share_reports
from webcare.queries.reports import Asked


class PartOut(Out):
    """How many conversations, and which share of all."""

    count = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class AddedValueLineOut(ShareLineOut):
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


class AddedValue(ShareReport):
    name = "added-value"
    summary = "What our answers added, and where they did harm"
    shape = AddedValueOut
    filters = IN_ONE_VIEW

    def report(self, request: Request, asked: Asked) -> Json:
        return {"results": share_reports.added_value(request.user, asked)}
