"""What a calendar said before, and what each version says in full."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.calendars import ExtraOut, HolidayOut, WeekOut
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.queries import calendars as queries
from webcare.queries.people import require_role

ORDER = "-made"


class VersionOfCalendarOut(Out):
    """What a calendar said from `made_at` on; `made_by` null came with the desk."""

    number = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    made_by = PersonOut(allow_null=True)


class VersionOfCalendarInFullOut(VersionOfCalendarOut):
    time_zone = serializers.CharField()
    week = WeekOut()
    holidays = HolidayOut(many=True)
    extras = ExtraOut(many=True)


def version_out(version: Any) -> Json:
    return {
        "number": version.number,
        "made_at": stamp(version.made_at),
        "made_by": version.made_by and person_out(version.made_by),
    }


class CalendarVersions(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List the versions of a calendar, the newest first",
        VersionOfCalendarOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        found = queries.calendar_for(request.user, slug).calendar
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = queries.version_page(found, mark, limit)
        return Response(paged(request, page, [version_out(row) for row in rows], ORDER))


class CalendarVersion(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Look at what a calendar said",
        VersionOfCalendarInFullOut,
        refuses=(404,),
        tag="set-up",
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        require_role(request.user)
        found = queries.calendar_for(request.user, slug).calendar
        version = queries.version_of(found, number)
        return Response({**version_out(version), **version.definition})
