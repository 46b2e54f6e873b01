"""The tree of topics."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked, with_things
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.api.topic_rules import RuleOut, rule_out
from webcare.queries import topics as known
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_queue, chosen_topic


class TopicOut(Out):
    """What a question is about; `parent` and `queue` are slugs."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    name_nl = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    queue = serializers.CharField(allow_null=True)
    owner = serializers.UUIDField(
        allow_null=True,
        help_text="A person or a team; not told to outsiders.",
    )
    owner_name = serializers.CharField(allow_null=True)
    is_danger = serializers.BooleanField()
    needs_approval = serializers.BooleanField(
        help_text="Of answers about it, or about a topic below it."
    )
    retired_at = serializers.DateTimeField(allow_null=True)
    merged_into = serializers.CharField(
        allow_null=True, help_text="What took over all that it had."
    )
    is_pinned = serializers.BooleanField(
        help_text="It stands first, and is neither retired nor merged away."
    )
    examples = serializers.IntegerField()
    rules = RuleOut(many=True)


class TopicChange(In):
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = serializers.SlugField(  # type: ignore[assignment]
        required=False, allow_null=True
    )
    queue = serializers.SlugField(required=False, allow_null=True)
    owner = serializers.UUIDField(required=False, allow_null=True)
    is_danger = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    retired = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)


class TopicIn(In):
    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = serializers.SlugField(  # type: ignore[assignment]
        required=False, allow_null=True
    )
    queue = serializers.SlugField(required=False, allow_null=True)
    owner = serializers.UUIDField(required=False, allow_null=True)
    is_danger = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)


def topic_out(topic: Any) -> Json:
    owner = topic.owner or topic.owner_team
    return {
        "id": str(topic.public_id),
        "slug": topic.slug,
        "name": topic.name,
        "name_nl": topic.name_nl,
        "parent": topic.parent and topic.parent.slug,
        "queue": topic.queue and topic.queue.slug,
        "owner": str(owner.public_id) if owner else None,
        "owner_name": str(owner) if owner else None,
        "is_danger": topic.is_danger,
        "needs_approval": topic.needs_approval,
        "retired_at": stamp(topic.retired_at),
        "merged_into": topic.merged_into and topic.merged_into.slug,
        "is_pinned": topic.is_pinned,
        "examples": topic.example_count,
        "rules": [rule_out(rule) for rule in topic.rules.all()],
    }


def _found(fields: Json) -> Json:
    look: dict[str, Callable[..., Any]] = {
        "queue": chosen_queue,
        "parent": chosen_topic,
        "owner": known.chosen_owner,
    }
    return with_things(fields, look)


class Topics(Endpoint):
    permission_classes = [Desk]

    @says("List topics", TopicOut(many=True), tag="topics")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([topic_out(one) for one in known.topics_for(request.user)])

    @says(
        "Make a topic", TopicOut, asks=TopicIn, status=201, refuses=(422,), tag="topics"
    )
    def post(self, request: Request) -> Response:
        fields = _found(asked(TopicIn, request))
        made = teaching.make_topic(user=request.user, **fields)
        return Response(
            topic_out(known.topic_in_full(made.slug, request.user)), status=201
        )


class TopicDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at a topic", TopicOut, refuses=(404,), tag="topics")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(topic_out(known.topic_in_full(slug, request.user)))

    @says(
        "Change a topic", TopicOut, asks=TopicChange, refuses=(404, 422), tag="topics"
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = _found(asked(TopicChange, request, partial=True))
        topic = known.topic_named(slug, request.user)
        teaching.change_topic(user=request.user, topic=topic, **fields)
        return Response(topic_out(known.topic_in_full(slug, request.user)))
