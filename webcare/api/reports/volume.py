"""How much was heard and said, and how many tickets were opened."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import LineOut, ReportOut, line_out
from webcare.api.shapes import Json
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class VolumeLineOut(LineOut):
    messages_in = serializers.IntegerField()
    messages_in_tickets = serializers.IntegerField()
    messages_out = serializers.IntegerField()
    tickets_opened = serializers.IntegerField()


class VolumeOut(ReportOut):
    results = VolumeLineOut(many=True)


class Volume(Report):
    name = "volume"
    summary = "How much was heard and said, and how many tickets were opened"
    shape = VolumeOut

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.volume(request.user, asked)
        return {"results": [_volume(line, asked) for line in found]}


def _volume(line: Line, asked: Asked) -> Json:
    return {
        **line_out(line.key, asked),
        "messages_in": line.counts["messages.heard"],
        "messages_in_tickets": line.counts["messages.ticketed"],
        "messages_out": line.counts["messages.sent"],
        "tickets_opened": line.counts["opened.opened"],
    }
