"""Calendars: when the desk is open, what they said before, and what counts by them."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import calendars as actions
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries import calendars as queries
from webcare.queries.calendars import CalendarRow
from webcare.queries.people import require_role

PARTS = ("time_zone", "week", "holidays", "extras")


class HoursOut(Out):
    """Open from `from` until `until`, on the wall; past midnight if that is earlier."""

    until = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), **super().get_fields()}


class HolidayOut(Out):
    """A date with hours of its own, in the place of the weekday's; none is closed."""

    date = serializers.DateField()
    name = serializers.CharField()
    hours = HoursOut(many=True)


class ExtraOut(HoursOut):
    """An extra opening or closure, between two times on the wall there."""

    open = serializers.BooleanField()
    reason = serializers.CharField()


class WeekOut(Out):
    monday = HoursOut(many=True)
    tuesday = HoursOut(many=True)
    wednesday = HoursOut(many=True)
    thursday = HoursOut(many=True)
    friday = HoursOut(many=True)
    saturday = HoursOut(many=True)
    sunday = HoursOut(many=True)


class CalendarOut(Out):
    """When a desk is open. Hours belong to the day on which they begin.

    `version` counts every change, `number` is that of the version of what it says.
    `queues` are those that name it; the default holds for all that name none.
    """

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    queues = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()
    number = serializers.IntegerField()
    time_zone = serializers.CharField()
    week = WeekOut()
    holidays = HolidayOut(many=True)
    extras = ExtraOut(many=True)
    made_at = serializers.DateTimeField()
    retired_at = serializers.DateTimeField(allow_null=True)


class CalendarChange(In):
    """What is left out stays; `week`, `holidays` and `extras` are all of them.

    `week`: {"monday": [{"from": "09:00", "until": "17:00"}], …}, a day that is not
    there is closed. `holidays`: [{"date", "name", "hours"?}]. `extras`: [{"open",
    "from", "until", "reason"}], of two at one moment the later in the list decides.
    A mistake is told under its path.
    """

    name = serializers.CharField(max_length=100)
    is_default = serializers.BooleanField(required=False)
    time_zone = serializers.JSONField(required=False)
    week = serializers.JSONField(required=False)
    holidays = serializers.JSONField(required=False)
    extras = serializers.JSONField(required=False)


class CalendarIn(CalendarChange):
    slug = serializers.SlugField(max_length=50)
    time_zone = serializers.JSONField()
    week = serializers.JSONField()


def calendar_out(row: CalendarRow) -> Json:
    one, current = row.calendar, row.current
    return {
        "id": str(one.public_id),
        "slug": one.slug,
        "name": one.name,
        "is_default": one.is_default,
        "queues": row.queues,
        "version": one.version,
        "number": current.number,
        **current.definition,
        "made_at": stamp(one.made_at),
        "retired_at": stamp(one.retired_at),
    }


def _shown(request: Request, slug: str, status: int = 200) -> Response:
    row = queries.calendar_for(request.user, slug)
    tag = {"ETag": f'"{row.calendar.version}"'}
    return Response(calendar_out(row), status=status, headers=tag)


def _split(fields: Json) -> tuple[Json, Json]:
    """What it says, and what is said beside it."""
    definition = {name: fields.pop(name) for name in PARTS if name in fields}
    return definition, fields


def seen(request: Request) -> int | None:
    """The version the caller decided on; a tag that is none of ours was never true."""
    tag = request.headers.get("If-Match", "*").strip()
    if tag == "*":
        return None
    number = tag.strip('"')
    is_ours = number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if is_ours else -1


class Calendars(Endpoint):
    permission_classes = [SetUp]

    @says("List the calendars in use", CalendarOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        rows = queries.calendars(request.user)
        return Response([calendar_out(row) for row in rows])

    @says(
        "Make a calendar",
        CalendarOut,
        asks=CalendarIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        definition, fields = _split(asked(CalendarIn, request))
        made = actions.make_calendar(user=request.user, definition=definition, **fields)
        return _shown(request, made.slug, status=201)


class CalendarDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a calendar", CalendarOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return _shown(request, slug)

    @says(
        "Change a calendar: what it says is a version of its own",
        CalendarOut,
        asks=CalendarChange,
        refuses=(404, 412, 422),
        parameters=(IF_MATCH,),
        tag="set-up",
        once=False,
    )
    def patch(self, request: Request, slug: str) -> Response:
        found = queries.calendar_for(request.user, slug).calendar
        definition, fields = _split(asked(CalendarChange, request, partial=True))
        actions.change_calendar(
            user=request.user,
            calendar=found,
            version=seen(request),
            definition=definition,
            **fields,
        )
        return _shown(request, slug)

    @says(
        "Take a calendar out of use",
        None,
        status=204,
        refuses=(404, 409, 412),
        parameters=(IF_MATCH,),
        tag="set-up",
    )
    def delete(self, request: Request, slug: str) -> Response:
        found = queries.calendar_for(request.user, slug).calendar
        actions.retire_calendar(
            user=request.user, calendar=found, version=seen(request)
        )
        return Response(status=204)
