"""The people of the desk: who they are, what they know, and where they are now."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import people, presence
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk, SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, person_out, stamp
from webcare.domain.permissions import Permission, Role
from webcare.queries.people import may_somewhere, require_role
from webcare.queries.setup import (
    AgentRow,
    PresenceState,
    agent_for,
    agent_row,
    agents,
)

LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
MOST_LEVELS = 50
MOST_CAPACITY = 32_767


class LanguageLevel(In):
    """1 gets by, 2 fluent, 3 as in their own language."""

    language = serializers.RegexField(LANGUAGE, max_length=12)
    level = serializers.IntegerField(min_value=1, max_value=3, default=3)


class SkillLevel(In):
    """1 begins, 5 teaches it."""

    skill = serializers.SlugField(max_length=50)
    level = serializers.IntegerField(min_value=1, max_value=5, default=3)


class RoleOut(Out):
    """A role in one queue, or in all where `queue` is null."""

    role = serializers.ChoiceField(choices=Role.choices)
    queue = serializers.CharField(allow_null=True)


class AgentOut(Out):
    """Somebody with a role on this desk."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    username = serializers.CharField(help_text="What `@` calls them by in a note.")
    email = serializers.CharField(
        allow_null=True, help_text="For those who may see people."
    )
    language = serializers.CharField(
        allow_null=True, help_text="Of their pages; for those who may see people."
    )
    initials = serializers.CharField()
    languages = LanguageLevel(many=True)
    skills = SkillLevel(many=True)
    capacity = serializers.IntegerField()
    is_external = serializers.BooleanField()
    is_active = serializers.BooleanField()
    needs_approval = serializers.BooleanField(help_text="Of every answer they write.")
    two_steps = serializers.BooleanField(
        allow_null=True,
        help_text="Comes in by password and code; for those who may see people.",
    )
    presence = serializers.ChoiceField(choices=PresenceState.choices)
    roles = RoleOut(many=True)


class AgentChange(In):
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    initials = serializers.CharField(max_length=4, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=["nl", "en"], required=False)
    languages = serializers.ListField(
        child=LanguageLevel(), required=False, max_length=MOST_LEVELS
    )
    skills = serializers.ListField(
        child=SkillLevel(), required=False, max_length=MOST_LEVELS
    )
    capacity = serializers.IntegerField(
        min_value=0, max_value=MOST_CAPACITY, required=False
    )
    is_external = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class AgentIn(AgentChange):
    username = serializers.RegexField(r"^[\w.@+-]+$", max_length=150)
    is_active = None  # type: ignore[assignment]


class MeOut(AgentOut):
    """`seen_at` is the last sign of life: nothing is handed out without a recent one.

    `since` is when the presence was last another one.
    """

    since = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)


class MeIn(In):
    """Saying it again is a sign of life: once a minute keeps one present."""

    presence = serializers.ChoiceField(choices=PresenceState.choices)


def agent_for_reader(reader: Any, row: AgentRow) -> Json:
    """Somebody as `reader` may see them; oneself in full."""
    sees = may_somewhere(reader, Permission.SEE_PEOPLE) or reader.pk == row.user.pk
    return agent_out(row, in_full=sees)


def agent_out(row: AgentRow, *, in_full: bool = False) -> Json:
    return {
        **person_out(row.user),
        "username": row.user.username,
        "email": row.user.email if in_full else None,
        "language": row.user.language if in_full else None,
        "initials": row.user.initials,
        "languages": [
            {"language": language, "level": level} for language, level in row.languages
        ],
        "skills": [{"skill": skill, "level": level} for skill, level in row.skills],
        "capacity": row.user.capacity,
        "is_external": row.user.is_external,
        "is_active": row.user.is_active,
        "needs_approval": row.user.needs_approval,
        "two_steps": row.two_steps if in_full else None,
        "presence": row.presence,
        "roles": [{"role": role, "queue": queue} for role, queue in row.roles],
    }


def _levels(fields: Json) -> Json:
    """Lists of languages and skills, as what each is known at."""
    for name, of in (("languages", "language"), ("skills", "skill")):
        if name in fields:
            fields[name] = {one[of]: one["level"] for one in fields[name]}
    return fields


class Agents(Endpoint):
    permission_classes = [SetUp]

    @says("List the people of the desk", AgentOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response(
            [agent_for_reader(request.user, row) for row in agents(request.user)]
        )

    @says(
        "Add somebody, without a role yet",
        AgentOut,
        asks=AgentIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        fields = _levels(asked(AgentIn, request))
        made = people.make_agent(user=request.user, **fields)
        return Response(agent_for_reader(request.user, agent_row(made)), status=201)


class AgentDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at somebody", AgentOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, agent: UUID) -> Response:
        require_role(request.user)
        return Response(
            agent_for_reader(request.user, agent_row(agent_for(request.user, agent)))
        )

    @says(
        "Change somebody, or end their access",
        AgentOut,
        asks=AgentChange,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, agent: UUID) -> Response:
        require_role(request.user)
        found = agent_for(request.user, agent)
        fields = _levels(asked(AgentChange, request, partial=True))
        changed = people.change_agent(user=request.user, agent=found, **fields)
        return Response(agent_for_reader(request.user, agent_row(changed)))


class Me(Endpoint):
    permission_classes = [Desk]

    @says("Look at yourself", MeOut, tag="set-up")
    def get(self, request: Request) -> Response:
        return _me(request)

    @says(
        "Say where you are",
        MeOut,
        asks=MeIn,
        refuses=(422,),
        once=False,
        tag="set-up",
    )
    def patch(self, request: Request) -> Response:
        state = asked(MeIn, request)["presence"]
        presence.set_presence(user=request.user, state=state)
        return _me(request)


def _me(request: Request) -> Response:
    row = agent_row(request.user)
    times = {"since": stamp(row.since), "seen_at": stamp(row.seen_at)}
    return Response(agent_out(row, in_full=True) | times)
