"""Skills that people have and topics or queues ask for; how much a channel weighs."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import skills as actions
from webcare.api.agents import MOST_LEVELS, SkillLevel
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, NamedOut, Out
from webcare.queries.people import require_role
from webcare.queries.setup import channel_load, channel_named, required_skills
from webcare.queries.skills import skill_named, skills
from webcare.queries.topics import topic_named

LEAST_WEIGHT = Decimal("0.01")


class SkillChange(In):
    name = serializers.CharField(max_length=100)


class SkillIn(SkillChange):
    slug = serializers.SlugField(max_length=50)


class SkillsIn(In):
    """All that is asked of who answers; what is left out is not asked any more."""

    skills = serializers.ListField(child=SkillLevel(), max_length=MOST_LEVELS)


class RequiredOut(Out):
    skills = SkillLevel(many=True)


class LoadShape(In):
    """How much of somebody's capacity one ticket takes; 1 if nothing was said."""

    weight = serializers.DecimalField(
        max_digits=4, decimal_places=2, min_value=LEAST_WEIGHT, coerce_to_string=False
    )


def skill_out(skill: Any) -> Json:
    return {"slug": skill.slug, "name": skill.name}


def required_out(**of: Any) -> Json:
    return {
        "skills": [
            {"skill": skill, "level": level} for skill, level in required_skills(**of)
        ]
    }


class Skills(Endpoint):
    permission_classes = [SetUp]

    @says("List skills", NamedOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([skill_out(one) for one in skills()])

    @says(
        "Make a skill", NamedOut, asks=SkillIn, status=201, refuses=(422,), tag="set-up"
    )
    def post(self, request: Request) -> Response:
        fields = asked(SkillIn, request)
        made = actions.make_skill(user=request.user, **fields)
        return Response(skill_out(made), status=201)


class SkillDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a skill", NamedOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(skill_out(skill_named(slug)))

    @says(
        "Rename a skill", NamedOut, asks=SkillChange, refuses=(404, 422), tag="set-up"
    )
    def patch(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        name = asked(SkillChange, request)["name"]
        changed = actions.rename_skill(
            user=request.user, skill=skill_named(slug), name=name
        )
        return Response(skill_out(changed))

    @says(
        "Drop a skill: nobody has it, nothing asks for it",
        None,
        status=204,
        refuses=(404,),
        tag="set-up",
    )
    def delete(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        actions.drop_skill(user=request.user, skill=skill_named(slug))
        return Response(status=204)


class TopicSkills(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Look at the skills that a topic asks for",
        RequiredOut,
        refuses=(404,),
        tag="topics",
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(required_out(topic=topic_named(slug, request.user)))

    @says(
        "Say which skills a topic asks for, its subtopics included",
        RequiredOut,
        asks=SkillsIn,
        refuses=(404, 422),
        once=False,
        tag="topics",
    )
    def put(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        topic = topic_named(slug, request.user)
        actions.require_skills(user=request.user, skills=_given(request), topic=topic)
        return Response(required_out(topic=topic))


def _given(request: Request) -> dict[str, int]:
    given = asked(SkillsIn, request)["skills"]
    return {one["skill"]: one["level"] for one in given}


class ChannelWeight(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Look at how much a channel's tickets weigh",
        LoadShape,
        refuses=(404,),
        tag="set-up",
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response({"weight": float(channel_load(channel_named(slug)))})

    @says(
        "Say how much of somebody's capacity a channel's tickets take",
        LoadShape,
        asks=LoadShape,
        refuses=(404, 422),
        once=False,
        tag="set-up",
    )
    def put(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        weight = asked(LoadShape, request)["weight"]
        channel = channel_named(slug)
        actions.weigh_channel(user=request.user, channel=channel, weight=weight)
        return Response({"weight": float(weight)})
