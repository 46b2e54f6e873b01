"""Holidays and closures out of an iCalendar file."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from webcare.actions import calendars as actions
from webcare.api.calendars import ExtraOut, HolidayOut, seen
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, flag, read_filters
from webcare.api.inputs import In, asked
from webcare.api.parsers import StrictJSONParser
from webcare.api.permissions import SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Out
from webcare.queries import calendars as queries


class ImportIn(In):
    ical = serializers.CharField(trim_whitespace=False)


class RefusedEventOut(Out):
    """An event that cannot be read: where it begins in the file, and why."""

    line = serializers.IntegerField()
    summary = serializers.CharField()
    reason = serializers.CharField()


class ImportOut(Out):
    """What a file adds, of this year and the two after it."""

    applied = serializers.BooleanField()
    holidays = HolidayOut(many=True)
    extras = ExtraOut(many=True)
    already_there = serializers.IntegerField()
    refused = RefusedEventOut(many=True)


class CalendarParser(BaseParser):
    """An iCalendar file as the body; Django caps how much of it is read."""

    media_type = "text/calendar"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = parser_context["request"].body if parser_context else stream.read()
        try:
            return {"ical": body.decode("utf-8-sig")}
        except UnicodeDecodeError as error:
            raise ParseError(_("Send UTF-8.")) from error


DRY_RUN = {"dry_run": Filter(flag, "Show what the file adds; change nothing.", bool)}


class CalendarImport(Endpoint):
    permission_classes = [SetUp]
    parser_classes = [StrictJSONParser, CalendarParser]

    @says(
        "Add the closed days of an iCalendar file",
        ImportOut,
        asks={"application/json": ImportIn, "text/calendar": OpenApiTypes.STR},
        parameters=(
            IF_MATCH,
            *(one.parameter(name) for name, one in DRY_RUN.items()),
        ),
        refuses=(404, 412, 422),
        tag="set-up",
    )
    def post(self, request: Request, slug: str) -> Response:
        found = queries.calendar_for(request.user, slug).calendar
        dry_run = read_filters(request, DRY_RUN).get("dry_run", False)
        added = actions.import_closures(
            user=request.user,
            calendar=found,
            ical=asked(ImportIn, request)["ical"],
            version=seen(request),
            dry_run=dry_run,
        )
        return Response(
            {
                "applied": not dry_run,
                "holidays": [one.as_data() for one in added.holidays],
                "extras": [one.as_data() for one in added.extras],
                "already_there": added.already_there,
                "refused": [one._asdict() for one in added.refused],
            }
        )
