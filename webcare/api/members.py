"""Who has which role in a queue, or in all of them."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import people
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out
from webcare.domain.permissions import Role
from webcare.queries.people import require_role
from webcare.queries.setup import MemberRow, agent_for, members_of, queue_for

MOST_WEIGHT = 100


class RoleIn(In):
    role = serializers.ChoiceField(choices=Role.choices)
    weight = serializers.IntegerField(min_value=0, max_value=MOST_WEIGHT, default=1)


class MemberOut(Out):
    """`weight` is the share of the work that is handed out; 0 is none of it."""

    agent = PersonOut()
    role = serializers.ChoiceField(choices=Role.choices)
    weight = serializers.IntegerField()
    queue = serializers.CharField(allow_null=True)


def member_out(row: MemberRow) -> Json:
    return {
        "agent": person_out(row.user),
        "role": row.role,
        "weight": row.weight,
        "queue": row.queue,
    }


class _Roles(Endpoint):
    """Giving and taking one role; a queue's lead may, so `write` is enough."""

    permission_classes = [Desk]


class QueueMembers(Endpoint):
    permission_classes = [Desk]

    @says(
        "List who has a role in a queue, or in all of them",
        MemberOut(many=True),
        refuses=(404,),
        tag="set-up",
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        queue = queue_for(request.user, slug)
        return Response([member_out(row) for row in members_of(request.user, queue)])


class QueueMember(_Roles):
    @says(
        "Give somebody a role in a queue",
        MemberOut,
        asks=RoleIn,
        refuses=(404, 422),
        once=False,
        tag="set-up",
    )
    def put(self, request: Request, slug: str, agent: UUID) -> Response:
        require_role(request.user)
        given = asked(RoleIn, request)
        found = agent_for(request.user, agent)
        queue = queue_for(request.user, slug)
        made = people.give_role(
            user=request.user,
            agent=found,
            queue=queue,
            role=Role(given["role"]),
            weight=given["weight"],
        )
        row = MemberRow(found, made.role, made.weight, queue.slug)
        return Response(member_out(row))

    @says(
        "Take the role that somebody has in a queue",
        None,
        status=204,
        refuses=(404,),
        tag="set-up",
    )
    def delete(self, request: Request, slug: str, agent: UUID) -> Response:
        require_role(request.user)
        found = agent_for(request.user, agent)
        queue = queue_for(request.user, slug)
        people.take_role(user=request.user, agent=found, queue=queue)
        return Response(status=204)


class AgentEverywhere(_Roles):
    @says(
        "Give somebody a role in all queues",
        MemberOut,
        asks=RoleIn,
        refuses=(404, 422),
        once=False,
        tag="set-up",
    )
    def put(self, request: Request, agent: UUID) -> Response:
        require_role(request.user)
        given = asked(RoleIn, request)
        found = agent_for(request.user, agent)
        made = people.give_role(
            user=request.user,
            agent=found,
            queue=None,
            role=Role(given["role"]),
            weight=given["weight"],
        )
        return Response(member_out(MemberRow(found, made.role, made.weight, None)))

    @says(
        "Take the role that somebody has in all queues",
        None,
        status=204,
        refuses=(404,),
        tag="set-up",
    )
    def delete(self, request: Request, agent: UUID) -> Response:
        require_role(request.user)
        found = agent_for(request.user, agent)
        people.take_role(user=request.user, agent=found, queue=None)
        return Response(status=204)
