"""Alarms, and the list of people they ring for."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import alarms, on_call
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, flag, read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk, SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.domain.permissions import Permission
from webcare.queries.alarms import (
    AlarmRow,
    alarm_for,
    alarm_page,
    alarm_row,
    on_call_for,
    on_call_list,
)
from webcare.queries.people import require
from webcare.queries.setup import chosen_agent

LANGUAGES = ("nl", "en")
LONGEST_WAIT = 1_440  # minutes
MOST_ON_CALL = 1_000


class AlarmCallOut(Out):
    """One telling: to whom, by page, mail or webhook, and what became of it."""

    to = serializers.CharField()
    by = serializers.CharField()
    step = serializers.IntegerField()
    called_at = serializers.DateTimeField()
    state = serializers.CharField()
    failure = serializers.CharField()


class AlarmOut(Out):
    """It rings until `acknowledged_at`; `next_at` is when the next one is told."""

    id = serializers.UUIDField()
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    raised_at = serializers.DateTimeField()
    step = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = PersonOut(allow_null=True)
    calls = AlarmCallOut(many=True)


def alarm_out(row: AlarmRow) -> Json:
    return {
        "id": str(row.id),
        "ticket": str(row.ticket),
        "number": row.number,
        "raised_at": stamp(row.raised_at),
        "step": row.step,
        "next_at": stamp(row.next_at),
        "acknowledged_at": stamp(row.acknowledged_at),
        "acknowledged_by": person(row.acknowledged_by, row.acknowledged_by_name)
        if row.acknowledged_at
        else None,
        "calls": row.calls,
    }


RINGS = Filter(flag, "Whether nobody has acknowledged it yet.", bool)
TOLD = Filter(flag, "Whether you were told of it as one on call.", bool)
FILTERS = {"rings": RINGS, "told": TOLD}
ORDER = "alarms"


class Alarms(Endpoint):
    permission_classes = [Desk]

    @says(
        "List alarms, the newest first",
        AlarmOut,
        parameters=(*(one.parameter(name) for name, one in FILTERS.items()), *PAGING),
        refuses=(422,),
        tag="alarms",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        given = read_filters(request, FILTERS, ("limit", "cursor"))
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = alarm_page(request.user, mark, limit, **given)
        return Response(paged(request, page, [alarm_out(row) for row in rows], ORDER))


class AlarmAcknowledge(Endpoint):
    permission_classes = [Desk]

    @says(
        "Say that somebody is on it",
        AlarmOut,
        asks=Nothing,
        refuses=(404,),
        tag="alarms",
    )
    def post(self, request: Request, alarm: UUID) -> Response:
        found = alarm_for(request.user, alarm)
        heard = alarms.acknowledge(alarm=found, user=request.user)
        return Response(alarm_out(alarm_row(heard)))


class OnCallOut(Out):
    """Somebody on the list; `secret` is told once, when their webhook is made."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    name = serializers.CharField()
    agent = PersonOut(allow_null=True)
    email = serializers.CharField()
    webhook_url = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    wait_minutes = serializers.IntegerField()
    is_active = serializers.BooleanField()
    secret = serializers.CharField(allow_null=True)


class OnCallChange(In):
    position = serializers.IntegerField(min_value=0, max_value=MOST_ON_CALL)
    name = serializers.CharField(max_length=100)
    agent = serializers.UUIDField(required=False, allow_null=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    webhook_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    wait_minutes = serializers.IntegerField(
        min_value=1, max_value=LONGEST_WAIT, required=False
    )
    is_active = serializers.BooleanField(required=False)


def on_call_out(one: Any, secret: str = "") -> Json:
    return {
        "id": str(one.public_id),
        "position": one.position,
        "name": one.name,
        "agent": one.user and {"id": str(one.user.public_id), "name": str(one.user)},
        "email": one.email,
        "webhook_url": one.webhook_url,
        "language": one.language,
        "wait_minutes": one.wait_minutes,
        "is_active": one.is_active,
        "secret": secret or None,
    }


def _fields(request: Request, *, partial: bool = False) -> Json:
    fields = asked(OnCallChange, request, partial=partial)
    if fields.get("agent"):
        fields["agent"] = chosen_agent(fields["agent"])
    return fields


class OnCallList(Endpoint):
    permission_classes = [SetUp]
    told_once = frozenset({"secret"})

    @says("List who is on call", OnCallOut(many=True), tag="alarms")
    def get(self, request: Request) -> Response:
        require(request.user, Permission.MANAGE_ALARMS)
        return Response([on_call_out(one) for one in on_call_list()])

    @says(
        "Put somebody on call",
        OnCallOut,
        asks=OnCallChange,
        status=201,
        refuses=(422,),
        tag="alarms",
    )
    def post(self, request: Request) -> Response:
        made, secret = on_call.add_on_call(user=request.user, **_fields(request))
        return Response(on_call_out(made, secret), status=201)


class OnCallDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at somebody on call", OnCallOut, refuses=(404,), tag="alarms")
    def get(self, request: Request, on_call_id: UUID) -> Response:
        require(request.user, Permission.MANAGE_ALARMS)
        return Response(on_call_out(on_call_for(on_call_id)))

    @says(
        "Change somebody on call",
        OnCallOut,
        asks=OnCallChange,
        refuses=(404, 422),
        tag="alarms",
    )
    def patch(self, request: Request, on_call_id: UUID) -> Response:
        require(request.user, Permission.MANAGE_ALARMS)
        changed, secret = on_call.change_on_call(
            user=request.user,
            on_call=on_call_for(on_call_id),
            **_fields(request, partial=True),
        )
        return Response(on_call_out(changed, secret))

    @says("Take somebody off the list", None, status=204, refuses=(404,), tag="alarms")
    def delete(self, request: Request, on_call_id: UUID) -> Response:
        require(request.user, Permission.MANAGE_ALARMS)
        on_call.remove_on_call(user=request.user, on_call=on_call_for(on_call_id))
        return Response(status=204)
