"""Words and phrases that speak for a topic."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked, with_things
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out
from webcare.queries import topics as known
from webcare.queries.people import require_role
from webcare.queries.routing import chosen_author_list
from webcare.queries.setup import chosen_channel
from webcare.queries.topics import RuleKind

LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


class RuleOut(Out):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField()
    language = serializers.CharField()
    channel = serializers.CharField(allow_null=True)
    author_list = serializers.CharField(allow_null=True)


class RuleIn(In):
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField(max_length=200)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )
    channel = serializers.SlugField(required=False, allow_null=True)
    author_list = serializers.SlugField(required=False, allow_null=True)


def rule_out(rule: Any) -> Json:
    return {
        "id": str(rule.public_id),
        "kind": rule.kind,
        "pattern": rule.pattern,
        "language": rule.language,
        "channel": rule.channel and rule.channel.slug,
        "author_list": rule.author_list and rule.author_list.slug,
    }


def _found(fields: Json) -> Json:
    look = {"channel": chosen_channel, "author_list": chosen_author_list}
    return with_things(fields, look)


class TopicRules(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what speaks for a topic",
        RuleOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="topics",
        is_list=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        topic = known.topic_named(slug, request.user)
        mark, limit = mark_of(request, "rules"), limit_of(request)
        found, page = known.rule_page(topic, mark, limit)
        return Response(paged(request, page, [rule_out(one) for one in found], "rules"))

    @says(
        "Let a word or phrase speak for a topic",
        RuleOut,
        asks=RuleIn,
        status=201,
        refuses=(404, 422),
        tag="topics",
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = _found(asked(RuleIn, request))
        topic = known.topic_named(slug, request.user)
        rule = teaching.add_rule(user=request.user, topic=topic, **fields)
        return Response(rule_out(rule), status=201)


class TopicRule(Endpoint):
    permission_classes = [Desk]

    @says("Remove a rule", None, status=204, refuses=(404,), tag="topics")
    def delete(self, request: Request, slug: str, rule: UUID) -> Response:
        found = known.rule_of(known.topic_named(slug, request.user), rule)
        teaching.remove_rule(user=request.user, rule=found)
        return Response(status=204)
