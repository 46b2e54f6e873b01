"""Teams: named groups of people."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teams as actions
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_people
from webcare.queries.teams import team_for, teams

MOST_MEMBERS = 1_000


class TeamOut(Out):
    """People who share macros and views, and are mentioned together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    members = PersonOut(many=True)


class TeamIn(In):
    """`members` are all of them."""

    name = serializers.CharField(max_length=100)
    members = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_MEMBERS
    )


def team_out(team: Any) -> Json:
    return {
        "id": str(team.public_id),
        "name": team.name,
        "members": [
            {"id": str(one.public_id), "name": str(one)} for one in team.members.all()
        ],
    }


def _with_people(request: Request, fields: Json) -> Json:
    if "members" in fields:
        fields["members"] = chosen_people(request.user, fields["members"])
    return fields


class Teams(Endpoint):
    permission_classes = [Desk]

    @says("List teams", TeamOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([team_out(one) for one in teams(request.user)])

    @says("Make a team", TeamOut, asks=TeamIn, status=201, refuses=(422,), tag="set-up")
    def post(self, request: Request) -> Response:
        require_role(request.user)
        fields = _with_people(request, asked(TeamIn, request))
        made = actions.make_team(user=request.user, **fields)
        found = team_for(request.user, made.public_id)
        return Response(team_out(found), status=201)


class TeamDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at a team", TeamOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, team: UUID) -> Response:
        require_role(request.user)
        return Response(team_out(team_for(request.user, team)))

    @says("Change a team", TeamOut, asks=TeamIn, refuses=(404, 422), tag="set-up")
    def patch(self, request: Request, team: UUID) -> Response:
        require_role(request.user)
        found = team_for(request.user, team)
        fields = _with_people(request, asked(TeamIn, request, partial=True))
        actions.change_team(user=request.user, team=found, **fields)
        return Response(team_out(team_for(request.user, team)))

    @says("End a team", None, status=204, refuses=(404,), tag="set-up")
    def delete(self, request: Request, team: UUID) -> Response:
        require_role(request.user)
        actions.end_team(user=request.user, team=team_for(request.user, team))
        return Response(status=204)
