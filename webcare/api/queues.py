"""Queues, and the people who work in them."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import setup
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut
from webcare.domain.permissions import Role
from webcare.queries.people import require_role
from webcare.queries.setup import (
    AgentRow,
    Handout,
    PresenceState,
    agents,
    chosen_agent,
    queue_named,
    queues,
)

LONGEST = 100 * 86_400  # seconds


class QueueOut(Out):
    """Where work waits. Promises are in calendar seconds."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    lead = PersonOut(allow_null=True)
    handout = serializers.ChoiceField(choices=Handout.choices)
    is_triage = serializers.BooleanField()
    reopen_window_hours = serializers.IntegerField()
    first_response_seconds = serializers.IntegerField()
    next_response_seconds = serializers.IntegerField()
    resolution_seconds = serializers.IntegerField()


class QueueChange(In):
    name = serializers.CharField(max_length=100)
    lead = serializers.UUIDField(required=False, allow_null=True)
    handout = serializers.ChoiceField(choices=Handout.choices, required=False)
    reopen_window_hours = serializers.IntegerField(
        min_value=0, max_value=24 * 365, required=False
    )
    first_response_seconds = serializers.IntegerField(
        min_value=1, max_value=LONGEST, required=False
    )
    next_response_seconds = serializers.IntegerField(
        min_value=1, max_value=LONGEST, required=False
    )
    resolution_seconds = serializers.IntegerField(
        min_value=1, max_value=LONGEST, required=False
    )


class QueueIn(QueueChange):
    slug = serializers.SlugField(max_length=50)


def queue_out(queue: Any) -> Json:
    return {
        "id": str(queue.public_id),
        "slug": queue.slug,
        "name": queue.name,
        "lead": queue.lead and person_out(queue.lead),
        "handout": queue.handout,
        "is_triage": queue.is_triage,
        "reopen_window_hours": queue.reopen_window_hours,
        "first_response_seconds": queue.first_response_seconds,
        "next_response_seconds": queue.next_response_seconds,
        "resolution_seconds": queue.resolution_seconds,
    }


def person_out(user: Any) -> Json:
    return {"id": str(user.public_id), "name": str(user)}


def _with_lead(fields: Json) -> Json:
    if fields.get("lead"):
        fields["lead"] = chosen_agent(fields["lead"])
    return fields


class Queues(Endpoint):
    permission_classes = [SetUp]

    @says("List queues", QueueOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([queue_out(queue) for queue in queues()])

    @says(
        "Make a queue", QueueOut, asks=QueueIn, status=201, refuses=(422,), tag="set-up"
    )
    def post(self, request: Request) -> Response:
        fields = _with_lead(asked(QueueIn, request))
        made = setup.make_queue(user=request.user, **fields)
        return Response(queue_out(made), status=201)


class QueueDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a queue", QueueOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(queue_out(queue_named(slug)))

    @says(
        "Change a queue", QueueOut, asks=QueueChange, refuses=(404, 422), tag="set-up"
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = _with_lead(asked(QueueChange, request, partial=True))
        changed = setup.change_queue(
            user=request.user, queue=queue_named(slug), **fields
        )
        return Response(queue_out(changed))


class RoleOut(Out):
    """A role in one queue, or in all where `queue` is null."""

    role = serializers.ChoiceField(choices=Role.choices)
    queue = serializers.CharField(allow_null=True)


class AgentOut(Out):
    """Somebody with a role on this desk."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    initials = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    capacity = serializers.IntegerField()
    presence = serializers.ChoiceField(choices=PresenceState.choices)
    roles = RoleOut(many=True)


def agent_out(row: AgentRow) -> Json:
    return {
        **person_out(row.user),
        "initials": row.user.initials,
        "languages": sorted(one.language for one in row.user.languages.all()),
        "capacity": row.user.capacity,
        "presence": row.presence,
        "roles": [{"role": role, "queue": queue} for role, queue in row.roles],
    }


class Agents(Endpoint):
    permission_classes = [SetUp]

    @says("List the people of the desk", AgentOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([agent_out(row) for row in agents()])
