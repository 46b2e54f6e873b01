"""Texts that are about a topic, for it to be learned from."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.api.topic_rules import LANGUAGE
from webcare.queries import topic_examples as examples
from webcare.queries import topics as known

MOST_EXAMPLES = 5_000
LONGEST_TEXT = 5_000


class TextIn(In):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )


class ExampleOut(Out):
    id = serializers.IntegerField()
    text = serializers.CharField()
    language = serializers.CharField()
    given_by = serializers.CharField(allow_null=True)
    given_at = serializers.DateTimeField()


class ExamplesOut(Out):
    added = serializers.IntegerField()
    duplicate = serializers.IntegerField()


def texts_of(request: Request, most: int) -> list[tuple[str, str]]:
    """Return the texts of a body, at most so many, each with its language."""
    body = serializers.ListSerializer[Any](
        data=request.data, child=TextIn(), allow_empty=False, max_length=most
    )
    body.is_valid(raise_exception=True)
    return [(one["text"], one.get("language", "")) for one in body.validated_data]


def _example_out(row: examples.Given) -> Json:
    return {
        "id": row.pk,
        "text": row.text,
        "language": row.language,
        "given_by": row.given_by,
        "given_at": stamp(row.given_at),
    }


class TopicExamples(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what a topic was taught, the newest first",
        ExampleOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="topics",
        is_list=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        topic = known.topic_named(slug, request.user)
        mark, limit = mark_of(request, "examples"), limit_of(request)
        found, page = examples.example_page(request.user, topic, mark, limit)
        out = [_example_out(one) for one in found]
        return Response(paged(request, page, out, "examples"))

    @says(
        f"Teach texts that are about a topic, up to {MOST_EXAMPLES:,}",
        ExamplesOut,
        asks=TextIn(many=True),
        status=201,
        refuses=(404, 422),
        tag="topics",
    )
    def post(self, request: Request, slug: str) -> Response:
        texts = texts_of(request, MOST_EXAMPLES)
        topic = known.topic_named(slug, request.user)
        added = teaching.add_examples(user=request.user, topic=topic, examples=texts)
        return Response({"added": added, "duplicate": len(texts) - added}, status=201)


class TopicExample(Endpoint):
    permission_classes = [Desk]

    @says("Take an example away", None, status=204, refuses=(404,), tag="topics")
    def delete(self, request: Request, slug: str, example: int) -> Response:
        topic = known.topic_named(slug, request.user)
        found = examples.example_of(request.user, topic, example)
        teaching.remove_example(user=request.user, example=found)
        return Response(status=204)
