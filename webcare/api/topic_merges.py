"""One topic given over to another, and back."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import topic_merges
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.queries import topics as known
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_topic
from webcare.queries.sight import require_own_desk


class TopicMergeIn(In):
    into = serializers.SlugField(max_length=50)


class TopicMergeOut(Out):
    """How much followed; a `routing_version` where the routing table named the topic.

    What both topics had alike is not counted: it stays behind, and is not used.
    """

    id = serializers.UUIDField()
    topic = serializers.CharField()
    into = serializers.CharField()
    merged_at = serializers.DateTimeField()
    merged_by = PersonOut()
    undone_at = serializers.DateTimeField(allow_null=True)
    undone_by = PersonOut(allow_null=True)
    examples = serializers.IntegerField()
    rules = serializers.IntegerField()
    children = serializers.IntegerField()
    macros = serializers.IntegerField()
    skills = serializers.IntegerField()
    tickets = serializers.IntegerField()
    routing_version = serializers.IntegerField(allow_null=True)


def merge_out(merge: Any) -> Json:
    return {
        "id": str(merge.public_id),
        "topic": merge.topic.slug,
        "into": merge.into.slug,
        "merged_at": stamp(merge.merged_at),
        "merged_by": _by(merge.merged_by),
        "undone_at": stamp(merge.undone_at),
        "undone_by": _by(merge.undone_by),
        **{kind: len(some) for kind, some in merge.moved.items()},
        "tickets": len(merge.tickets),
        "routing_version": merge.routing_after,
    }


def _by(user: Any) -> Json | None:
    return user and person(user.public_id, user.get_full_name() or user.username)


class TopicMergeInto(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Let another topic take over all that this one has",
        TopicMergeOut,
        asks=TopicMergeIn,
        status=201,
        refuses=(404, 422),
        tag="topics",
    )
    def post(self, request: Request, slug: str) -> Response:
        into = chosen_topic(asked(TopicMergeIn, request)["into"])
        topic = known.topic_named(slug, request.user)
        made = topic_merges.merge_topic(user=request.user, topic=topic, into=into)
        return Response(merge_out(made), status=201)


class TopicMerges(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List the merges of topics, the newest first",
        TopicMergeOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="topics",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, CURSOR)
        require_role(request.user)
        require_own_desk(request.user)
        mark, limit = mark_of(request, "topic-merges"), limit_of(request)
        found, page = known.merge_page(mark, limit)
        out = [merge_out(one) for one in found]
        return Response(paged(request, page, out, "topic-merges"))


class TopicMergeUndo(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Give back what was taken over",
        TopicMergeOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="topics",
    )
    def post(self, request: Request, merge: UUID) -> Response:
        found = known.merge_of(merge)
        undone = topic_merges.unmerge_topic(user=request.user, merge=found)
        return Response(merge_out(undone))
