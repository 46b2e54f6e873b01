"""Reports that are sent by mail by themselves."""

from datetime import time
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import report_schedules
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, stamp
from webcare.domain.permissions import Permission
from webcare.domain.report_schedules import Period, ReportName
from webcare.domain.reports import By
from webcare.domain.surveys import LANGUAGES
from webcare.queries.people import require_somewhere
from webcare.queries.report_schedules import (
    ScheduleRow,
    schedule_for,
    schedule_page,
    schedule_row,
)

ORDER = "report-schedules"
BY = [("", "All in one line"), *By.choices]


class ReportScheduleOut(Out):
    """A report, sent on `days` (1 is Monday) at `time` of the desk, about `period`.

    It is what its owner may see at that time. Once they may not, it stops, and
    `stopped_because` says why.
    """

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = PersonOut()
    report = serializers.ChoiceField(choices=ReportName.choices)
    by = serializers.ChoiceField(choices=By.choices, allow_null=True)
    period = serializers.ChoiceField(choices=Period.choices)
    days = serializers.ListField(child=serializers.IntegerField())
    time = serializers.CharField()
    to = serializers.ListField(child=serializers.CharField())
    language = serializers.ChoiceField(choices=LANGUAGES)
    is_on = serializers.BooleanField()
    stopped_because = serializers.CharField(allow_null=True)
    next_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField(allow_null=True)


class ReportScheduleChange(In):
    name = serializers.CharField(max_length=100)
    report = serializers.ChoiceField(choices=ReportName.choices)
    by = serializers.ChoiceField(choices=By.choices, required=False, allow_null=True)
    period = serializers.ChoiceField(choices=Period.choices)
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7
    )
    time = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])
    to = serializers.ListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=20
    )
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    is_on = serializers.BooleanField(required=False)


class ReportScheduleIn(ReportScheduleChange):
    """A report to send; `by` is what it has a line for each of, if anything."""


def schedule_out(row: ScheduleRow) -> Json:
    return {
        "id": str(row.id),
        "name": row.name,
        "owner": {"id": str(row.owner), "name": row.owner_name},
        "report": row.report,
        "by": row.by or None,
        "period": row.period,
        "days": row.days,
        "time": row.at,
        "to": row.to,
        "language": row.language,
        "is_on": row.is_on,
        "stopped_because": row.stopped_because or None,
        "next_at": stamp(row.next_at),
        "last_at": stamp(row.last_at),
    }


def _read(fields: Json) -> Json:
    """The fields as the desk calls them."""
    read: dict[str, Any] = dict(fields)
    if "time" in read:
        given = read.pop("time")
        assert isinstance(given, time)
        read["at"] = given
    if "by" in read:
        read["by"] = read["by"] or ""
    if "days" in read:
        read["days"] = sorted(set(read["days"]))
    return read


class ReportSchedules(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the reports that are sent: one's own, or all for who sets the desk up",
        ReportScheduleOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="reports",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        require_somewhere(request.user, Permission.EXPORT_TICKETS)
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = schedule_page(request.user, mark, limit)
        shown = [schedule_out(row) for row in rows]
        return Response(paged(request, page, shown, ORDER))

    @says(
        "Let a report be sent by itself",
        ReportScheduleOut,
        asks=ReportScheduleIn,
        status=201,
        refuses=(422,),
        tag="reports",
    )
    def post(self, request: Request) -> Response:
        require_somewhere(request.user, Permission.EXPORT_TICKETS)
        fields = _read(asked(ReportScheduleIn, request))
        made = report_schedules.make_schedule(user=request.user, **fields)
        return Response(schedule_out(schedule_row(made)), status=201)


class ReportScheduleDetail(Endpoint):
    permission_classes = [Desk]

    @says(
        "Look at a report that is sent",
        ReportScheduleOut,
        refuses=(404,),
        tag="reports",
    )
    def get(self, request: Request, schedule: UUID) -> Response:
        found = schedule_for(request.user, schedule)
        return Response(schedule_out(schedule_row(found)))

    @says(
        "Change a report that is sent",
        ReportScheduleOut,
        asks=ReportScheduleChange,
        refuses=(404, 422),
        tag="reports",
    )
    def patch(self, request: Request, schedule: UUID) -> Response:
        found = schedule_for(request.user, schedule)
        fields = _read(asked(ReportScheduleChange, request, partial=True))
        changed = report_schedules.change_schedule(
            user=request.user, schedule=found, **fields
        )
        return Response(schedule_out(schedule_row(changed)))

    @says("Send a report no more", None, status=204, refuses=(404,), tag="reports")
    def delete(self, request: Request, schedule: UUID) -> Response:
        found = schedule_for(request.user, schedule)
        report_schedules.end_schedule(user=request.user, schedule=found)
        return Response(status=204)


class ReportScheduleSend(Endpoint):
    permission_classes = [Desk]

    @says(
        "Send a report now, beside its times",
        ReportScheduleOut,
        asks=Nothing,
        status=202,
        refuses=(404,),
        tag="reports",
    )
    def post(self, request: Request, schedule: UUID) -> Response:
        found = schedule_for(request.user, schedule)
        report_schedules.send_now(user=request.user, schedule=found)
        return Response(schedule_out(schedule_row(found)), status=202)
