"""Texts that are about a topic, for it to be learned from."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.api.topic_rules import LANGUAGE
from webcare.queries import topics as known

MOST_EXAMPLES = 5_000
LONGEST_TEXT = 5_000


class TextIn(In):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )


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


class TopicExamples(Endpoint):
    permission_classes = [Desk]

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
