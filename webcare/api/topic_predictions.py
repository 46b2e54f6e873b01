"""What texts are about, asked without keeping them."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.topics import Asked, decide_topics
from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Asking
from webcare.api.schema import says
from webcare.api.shapes import Json, Out
from webcare.api.topic_examples import TextIn, texts_of
from webcare.domain.outcomes import DecidedBy
from webcare.queries import topics as known
from webcare.queries.people import require_role

MOST_TEXTS = 200


class AlternativeOut(Out):
    topic = serializers.CharField(allow_null=True)
    confidence = serializers.FloatField()


class PredictionOut(Out):
    """What a text is about; null when a person has to look. `why` is the evidence."""

    topic = serializers.CharField(allow_null=True)
    by = serializers.ChoiceField(choices=DecidedBy.choices)
    confidence = serializers.FloatField()
    alternatives = AlternativeOut(many=True)
    why = serializers.DictField()


class TopicPrediction(Endpoint):
    permission_classes = [Asking]

    @says(
        f"Ask what up to {MOST_TEXTS} texts are about",
        PredictionOut(many=True),
        asks=TextIn(many=True),
        refuses=(422,),
        tag="topics",
    )
    def post(self, request: Request) -> Response:
        require_role(request.user)
        texts = texts_of(request, MOST_TEXTS)
        decisions = decide_topics([Asked(text, lang, "") for text, lang in texts])
        slugs = known.slugs(request.user)
        return Response([_prediction(decision, slugs) for decision in decisions])


def _prediction(decision: Any, slugs: dict[int, str]) -> Json:
    model = decision.explanation.get("model") or {}
    return {
        "topic": slugs.get(decision.topic),
        "by": decision.by,
        "confidence": decision.confidence,
        "alternatives": [
            {"topic": slugs.get(one["topic"]), "confidence": one["confidence"]}
            for one in model.get("alternatives", [])
        ],
        "why": with_slugs(
            {k: v for k, v in decision.explanation.items() if k != "basis"}, slugs
        ),
    }


def with_slugs(value: Any, slugs: dict[int, str]) -> Any:
    """The same explanation, with topics named as clients know them."""
    if isinstance(value, dict):
        return {
            name: slugs.get(inner)
            if name == "topic" and isinstance(inner, int)
            else with_slugs(inner, slugs)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_slugs(one, slugs) for one in value]
    return value
