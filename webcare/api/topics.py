"""Topics that learn: the tree, its rules and examples, and what is taught from them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.actions.topics import decide_topics
from webcare.actions.training import request_training
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, Nothing, asked
from webcare.api.permissions import Asking, Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.outcomes import DecidedBy
from webcare.queries import topics as known
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_channel, chosen_queue, chosen_topic
from webcare.queries.topics import RuleKind, TrainingState

MOST_EXAMPLES = 5_000
MOST_TEXTS = 200
LONGEST_TEXT = 5_000
LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


class RuleOut(Out):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField()
    language = serializers.CharField()
    channel = serializers.CharField(allow_null=True)


class TopicOut(Out):
    """What a question is about; `parent` and `queue` are slugs."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    name_nl = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    queue = serializers.CharField(allow_null=True)
    is_danger = serializers.BooleanField()
    needs_approval = serializers.BooleanField(
        help_text="Of answers about it, or about a topic below it."
    )
    retired_at = serializers.DateTimeField(allow_null=True)
    examples = serializers.IntegerField()
    rules = RuleOut(many=True)


class TopicChange(In):
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = serializers.SlugField(  # type: ignore[assignment]
        required=False, allow_null=True
    )
    queue = serializers.SlugField(required=False, allow_null=True)
    is_danger = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    retired = serializers.BooleanField(required=False)


class TopicIn(In):
    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = serializers.SlugField(  # type: ignore[assignment]
        required=False, allow_null=True
    )
    queue = serializers.SlugField(required=False, allow_null=True)
    is_danger = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)


class RuleIn(In):
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField(max_length=200)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )
    channel = serializers.SlugField(required=False, allow_null=True)


class TextIn(In):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )


def rule_out(rule: Any) -> Json:
    return {
        "id": rule.pk,
        "kind": rule.kind,
        "pattern": rule.pattern,
        "language": rule.language,
        "channel": rule.channel and rule.channel.slug,
    }


def topic_out(topic: Any) -> Json:
    return {
        "id": str(topic.public_id),
        "slug": topic.slug,
        "name": topic.name,
        "name_nl": topic.name_nl,
        "parent": topic.parent and topic.parent.slug,
        "queue": topic.queue and topic.queue.slug,
        "is_danger": topic.is_danger,
        "needs_approval": topic.needs_approval,
        "retired_at": stamp(topic.retired_at),
        "examples": topic.example_count,
        "rules": [rule_out(rule) for rule in topic.rules.all()],
    }


def _found(fields: Json) -> Json:
    """Put the things in place of the names that a body gives them by."""
    look = {"queue": chosen_queue, "parent": chosen_topic, "channel": chosen_channel}
    return {
        name: look[name](value) if name in look and value else value
        for name, value in fields.items()
    }


class Topics(Endpoint):
    permission_classes = [Desk]

    @says("List topics", TopicOut(many=True), tag="topics")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([topic_out(topic) for topic in known.topics()])

    @says(
        "Make a topic", TopicOut, asks=TopicIn, status=201, refuses=(422,), tag="topics"
    )
    def post(self, request: Request) -> Response:
        fields = _found(asked(TopicIn, request))
        made = teaching.make_topic(user=request.user, **fields)
        return Response(topic_out(known.topic_in_full(made.slug)), status=201)


class TopicDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at a topic", TopicOut, refuses=(404,), tag="topics")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(topic_out(known.topic_in_full(slug)))

    @says(
        "Change a topic", TopicOut, asks=TopicChange, refuses=(404, 422), tag="topics"
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = _found(asked(TopicChange, request, partial=True))
        topic = known.topic_named(slug)
        teaching.change_topic(user=request.user, topic=topic, **fields)
        return Response(topic_out(known.topic_in_full(slug)))


class TopicRules(Endpoint):
    permission_classes = [Desk]

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
        topic = known.topic_named(slug)
        rule = teaching.add_rule(user=request.user, topic=topic, **fields)
        return Response(rule_out(rule), status=201)


class TopicRule(Endpoint):
    permission_classes = [Desk]

    @says("Remove a rule", None, status=204, refuses=(404,), tag="topics")
    def delete(self, request: Request, slug: str, rule: int) -> Response:
        found = known.rule_of(known.topic_named(slug), rule)
        teaching.remove_rule(user=request.user, rule=found)
        return Response(status=204)


class ExamplesOut(Out):
    added = serializers.IntegerField()
    duplicate = serializers.IntegerField()


def _texts(request: Request, most: int) -> list[tuple[str, str]]:
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
        texts = _texts(request, MOST_EXAMPLES)
        topic = known.topic_named(slug)
        added = teaching.add_examples(user=request.user, topic=topic, examples=texts)
        return Response({"added": added, "duplicate": len(texts) - added}, status=201)


class TrainingOut(Out):
    """A training: waiting, training, then published, or failed and why."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TrainingState.choices)
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    examples = serializers.IntegerField()
    quality = serializers.DictField()
    failure = serializers.CharField()


def training_out(training: Any) -> Json:
    return {
        "id": str(training.public_id),
        "state": training.state,
        "asked_at": stamp(training.asked_at),
        "finished_at": stamp(training.finished_at),
        "examples": training.examples,
        "quality": training.quality,
        "failure": training.failure,
    }


class TopicTraining(Endpoint):
    permission_classes = [Desk]

    @says(
        "Train a model on all examples",
        TrainingOut,
        asks=Nothing,
        status=202,
        tag="topics",
    )
    def post(self, request: Request) -> Response:
        job = request_training(user=request.user)
        found = known.training_of(job.public_id)
        return Response(training_out(found), status=202)


class TopicTrainingDetail(Endpoint):
    permission_classes = [Desk]

    @says("See how far a training is", TrainingOut, refuses=(404,), tag="topics")
    def get(self, request: Request, training: UUID) -> Response:
        require_role(request.user)
        return Response(training_out(known.training_of(training)))


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
        texts = _texts(request, MOST_TEXTS)
        decisions = decide_topics([(text, lang, "") for text, lang in texts])
        slugs = known.slugs()
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
        "why": _with_slugs(decision.explanation, slugs),
    }


def _with_slugs(value: Any, slugs: dict[int, str]) -> Any:
    """The same explanation, with topics named as clients know them."""
    if isinstance(value, dict):
        return {
            name: slugs.get(inner)
            if name == "topic" and isinstance(inner, int)
            else _with_slugs(inner, slugs)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_slugs(one, slugs) for one in value]
    return value


class TopicQualityOut(Out):
    """How good the published model is, and how often people correct it."""

    published = TrainingOut(allow_null=True)
    decided = serializers.IntegerField()
    corrected = serializers.IntegerField()


class TopicQuality(Endpoint):
    permission_classes = [Desk]

    @says("See how well topics are told apart", TopicQualityOut, tag="topics")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        published = known.published_training()
        counts = known.corrections()
        return Response(
            {
                "published": published and training_out(published),
                "decided": counts.decided,
                "corrected": counts.corrected,
            }
        )
