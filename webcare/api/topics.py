"""Topics that learn: the tree, its rules and examples, and what is taught from them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import teaching
from webcare.actions.topics import Asked, decide_topics
from webcare.actions.training import choose_model, request_training
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Asking, Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.api.topic_samples import SampleOut, sample_out
from webcare.domain.outcomes import DecidedBy
from webcare.queries import readings, topic_quality, topic_samples
from webcare.queries import topics as known
from webcare.queries.models import encoder_name, wanted_precision
from webcare.queries.people import require_role
from webcare.queries.routing import chosen_author_list
from webcare.queries.setup import chosen_channel, chosen_queue, chosen_topic
from webcare.queries.sight import require_own_desk
from webcare.queries.topics import RuleKind, TrainingCause, TrainingState

MOST_EXAMPLES = 5_000
MOST_TEXTS = 200
MOST_TRAININGS = 20
LONGEST_TEXT = 5_000
LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


class RuleOut(Out):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField()
    language = serializers.CharField()
    channel = serializers.CharField(allow_null=True)
    author_list = serializers.CharField(allow_null=True)


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
    is_danger = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)


class RuleIn(In):
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField(max_length=200)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )
    channel = serializers.SlugField(required=False, allow_null=True)
    author_list = serializers.SlugField(required=False, allow_null=True)


class TextIn(In):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )


def rule_out(rule: Any) -> Json:
    return {
        "id": str(rule.public_id),
        "kind": rule.kind,
        "pattern": rule.pattern,
        "language": rule.language,
        "channel": rule.channel and rule.channel.slug,
        "author_list": rule.author_list and rule.author_list.slug,
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
        "merged_into": topic.merged_into and topic.merged_into.slug,
        "is_pinned": topic.is_pinned,
        "examples": topic.example_count,
        "rules": [rule_out(rule) for rule in topic.rules.all()],
    }


def _found(fields: Json) -> Json:
    """Put the things in place of the names that a body gives them by."""
    look: dict[str, Callable[[str], Any]] = {
        "queue": chosen_queue,
        "parent": chosen_topic,
        "channel": chosen_channel,
        "author_list": chosen_author_list,
    }
    return {
        name: look[name](value) if name in look and value else value
        for name, value in fields.items()
    }


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
        topic = known.topic_named(slug, request.user)
        added = teaching.add_examples(user=request.user, topic=topic, examples=texts)
        return Response({"added": added, "duplicate": len(texts) - added}, status=201)


class TrainingOut(Out):
    """A training: waiting, training, then published, or failed and why."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TrainingState.choices)
    progress = serializers.IntegerField(help_text="Per cent that are done.")
    cause = serializers.ChoiceField(choices=TrainingCause.choices)
    verdict = serializers.CharField(help_text="Why it was published, or not.")
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    examples = serializers.IntegerField()
    quality = serializers.DictField()
    failure = serializers.CharField()


def training_out(training: Any) -> Json:
    return {
        "id": str(training.public_id),
        "state": training.state,
        "progress": training.progress,
        "cause": training.cause,
        "verdict": training.verdict,
        "asked_at": stamp(training.asked_at),
        "started_at": stamp(training.started_at),
        "finished_at": stamp(training.finished_at),
        "published_at": stamp(training.published_at),
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


class TopicTrainingPublish(Endpoint):
    permission_classes = [Desk]

    @says(
        "Let this model decide, in place of the one that does now",
        TrainingOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="topics",
    )
    def post(self, request: Request, training: UUID) -> Response:
        found = known.training_of(training)
        choose_model(user=request.user, training=found)
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


class TopicWeekOut(Out):
    week = serializers.DateField()
    decided = serializers.IntegerField()
    corrected = serializers.IntegerField()


class TopicRoutingOut(Out):
    routed = serializers.IntegerField()
    without_a_hand = serializers.IntegerField()
    moved = serializers.IntegerField()
    seconds_until_moved = serializers.IntegerField(allow_null=True)


class ConfusionOut(Out):
    topic = serializers.CharField(allow_null=True)
    taken_for = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class DisagreementOut(Out):
    topics = serializers.ListField(child=serializers.CharField(allow_null=True))
    tickets = serializers.IntegerField()


class TopicNextOut(Out):
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    excerpt = serializers.CharField()


class CheckedReadingsOut(Out):
    """What people said of messages in 90 days, beside what was read in them.

    Danger that was read and is one, that was a false alarm, and that a person had to
    say; sentiments said, those of them that had been read, and read the same.
    """

    danger_confirmed = serializers.IntegerField()
    danger_false = serializers.IntegerField()
    danger_missed = serializers.IntegerField()
    sentiment_said = serializers.IntegerField()
    sentiment_decided = serializers.IntegerField()
    sentiment_same = serializers.IntegerField()


class TopicQualityOut(Out):
    """How good the published model is, and how often people correct it.

    `encoder` is empty where topics are told apart by their words alone. `weeks` show
    drift; `routing` is of the last 30 days. `trainings` are the newest, without their
    figures.
    """

    encoder = serializers.CharField()
    wanted_precision = serializers.FloatField()
    published = TrainingOut(allow_null=True)
    decided = serializers.IntegerField()
    corrected = serializers.IntegerField()
    weeks = TopicWeekOut(many=True)
    routing = TopicRoutingOut()
    readings = CheckedReadingsOut()
    confusions = ConfusionOut(many=True)
    disagreements = DisagreementOut(many=True)
    checked_sample = SampleOut(
        allow_null=True, help_text="The newest sample that people began to check."
    )
    needs_examples = serializers.ListField(child=serializers.CharField())
    worth_labelling = TopicNextOut(many=True)
    trainings = TrainingOut(many=True)


class TopicQuality(Endpoint):
    permission_classes = [Desk]

    @says("See how well topics are told apart", TopicQualityOut, tag="topics")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        published = known.published_training()
        counts = known.corrections()
        figures = published.quality if published else {}
        slugs = known.slugs()
        sample = topic_samples.newest_checked()
        return Response(
            {
                "encoder": encoder_name(),
                "wanted_precision": wanted_precision(),
                "published": published and _published(published, slugs),
                "decided": counts.decided,
                "corrected": counts.corrected,
                "weeks": [week._asdict() for week in topic_quality.weeks()],
                "routing": topic_quality.routing()._asdict(),
                "readings": readings.checked()._asdict(),
                "confusions": [
                    {
                        "topic": slugs.get(one["topic"]),
                        "taken_for": slugs.get(one["taken_for"]),
                        "count": one["count"],
                    }
                    for one in figures.get("confusions", [])
                ],
                "disagreements": [
                    {"topics": [slugs.get(a), slugs.get(b)], "tickets": count}
                    for a, b, count in topic_quality.disagreements()
                ],
                "checked_sample": sample and sample_out(sample, slugs),
                "needs_examples": [one.slug for one in known.thin_topics()],
                "worth_labelling": [
                    {
                        "ticket": str(ticket.public_id),
                        "number": ticket.number,
                        "excerpt": ticket.excerpt,
                    }
                    for ticket in topic_quality.worth_labelling(request.user)
                ],
                "trainings": [
                    training_out(one) | {"quality": {}}
                    for one in known.trainings()[:MOST_TRAININGS]
                ],
            }
        )


def _published(training: Any, slugs: dict[int, str]) -> Json:
    """As a training, with topics named as clients know them."""
    return training_out(training) | {"quality": with_slugs(training.quality, slugs)}
