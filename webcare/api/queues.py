"""Queues: where work waits, and how it is handed out."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import setup
from webcare.api.agents import MOST_LEVELS, SkillLevel
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out
from webcare.queries.calendars import chosen_calendar
from webcare.queries.people import require_role
from webcare.queries.setup import (
    Handout,
    OnSilence,
    chosen_agent,
    queue_for,
    queues_for,
)

LONGEST = 100 * 86_400  # seconds
LONGEST_TEXT = 2_000


LEAST_LEVEL = (
    "How well who answers knows the ticket's language, at least: 1 gets by, "
    "2 fluent, 3 as in their own language."
)


class QueueOut(Out):
    """Where work waits. Promises are in calendar seconds."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    lead = PersonOut(allow_null=True)
    handout = serializers.ChoiceField(choices=Handout.choices)
    is_triage = serializers.BooleanField()
    outcome_required = serializers.BooleanField()
    needs_approval = serializers.BooleanField(help_text="Of every answer.")
    approval_hours = serializers.IntegerField()
    reopen_window_hours = serializers.IntegerField()
    silence_minutes = serializers.IntegerField(allow_null=True)
    absent_minutes = serializers.IntegerField(allow_null=True)
    on_silence = serializers.ChoiceField(choices=OnSilence.choices)
    language_level = serializers.IntegerField(help_text=LEAST_LEVEL)
    widen_after_seconds = serializers.IntegerField(allow_null=True)
    skills = SkillLevel(many=True)
    calendar = serializers.CharField(
        allow_null=True, help_text="When it is open; null is by the default calendar."
    )
    first_response_seconds = serializers.IntegerField()
    next_response_seconds = serializers.IntegerField()
    resolution_seconds = serializers.IntegerField()
    private_alternative = serializers.CharField()


class QueueChange(In):
    name = serializers.CharField(max_length=100)
    lead = serializers.UUIDField(required=False, allow_null=True)
    handout = serializers.ChoiceField(choices=Handout.choices, required=False)
    reopen_window_hours = serializers.IntegerField(
        min_value=0, max_value=24 * 365, required=False
    )
    silence_minutes = serializers.IntegerField(
        min_value=1, max_value=LONGEST // 60, required=False, allow_null=True
    )
    absent_minutes = serializers.IntegerField(
        min_value=1, max_value=LONGEST // 60, required=False, allow_null=True
    )
    on_silence = serializers.ChoiceField(choices=OnSilence.choices, required=False)
    language_level = serializers.IntegerField(
        min_value=1, max_value=3, required=False, help_text=LEAST_LEVEL
    )
    widen_after_seconds = serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, allow_null=True
    )
    skills = serializers.ListField(
        child=SkillLevel(), required=False, max_length=MOST_LEVELS
    )
    outcome_required = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    approval_hours = serializers.IntegerField(
        min_value=1,
        max_value=720,
        required=False,
        help_text="How long an answer waits to be read; then its writer looks again.",
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
    calendar = serializers.SlugField(max_length=50, required=False, allow_null=True)
    private_alternative = serializers.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        allow_blank=True,
        help_text="Suggested where a platform knows nothing private.",
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
        "outcome_required": queue.outcome_required,
        "needs_approval": queue.needs_approval,
        "approval_hours": queue.approval_hours,
        "reopen_window_hours": queue.reopen_window_hours,
        "silence_minutes": queue.silence_minutes,
        "absent_minutes": queue.absent_minutes,
        "on_silence": queue.on_silence,
        "language_level": queue.language_level,
        "widen_after_seconds": queue.widen_after_seconds,
        "skills": sorted(
            (
                {"skill": one.skill.slug, "level": one.level}
                for one in queue.required_skills.all()
            ),
            key=lambda one: one["skill"],
        ),
        "calendar": queue.calendar and queue.calendar.slug,
        "first_response_seconds": queue.first_response_seconds,
        "next_response_seconds": queue.next_response_seconds,
        "resolution_seconds": queue.resolution_seconds,
        "private_alternative": queue.private_alternative,
    }


def _read(fields: Json) -> Json:
    if fields.get("lead"):
        fields["lead"] = chosen_agent(fields["lead"])
    if fields.get("calendar"):
        fields["calendar"] = chosen_calendar(fields["calendar"])
    if "skills" in fields:
        fields["skills"] = {one["skill"]: one["level"] for one in fields["skills"]}
    return fields


class Queues(Endpoint):
    permission_classes = [SetUp]

    @says("List queues", QueueOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([queue_out(queue) for queue in queues_for(request.user)])

    @says(
        "Make a queue", QueueOut, asks=QueueIn, status=201, refuses=(422,), tag="set-up"
    )
    def post(self, request: Request) -> Response:
        fields = _read(asked(QueueIn, request))
        made = setup.make_queue(user=request.user, **fields)
        return Response(queue_out(made), status=201)


class QueueDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a queue", QueueOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(queue_out(queue_for(request.user, slug)))

    @says(
        "Change a queue", QueueOut, asks=QueueChange, refuses=(404, 422), tag="set-up"
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = _read(asked(QueueChange, request, partial=True))
        changed = setup.change_queue(
            user=request.user, queue=queue_for(request.user, slug), **fields
        )
        return Response(queue_out(changed))
