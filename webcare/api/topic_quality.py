"""How well topics are told apart, in figures."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out
from webcare.api.topic_predictions import with_slugs
from webcare.api.topic_samples import SampleOut, sample_out
from webcare.api.topic_trainings import TrainingOut, training_out
from webcare.queries import readings, topic_quality, topic_samples
from webcare.queries import topics as known
from webcare.queries.models import encoder_name, wanted_precision
from webcare.queries.people import require_role
from webcare.queries.sight import require_own_desk

MOST_TRAININGS = 20


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
        slugs = known.slugs()
        return Response(_model(slugs) | _desk() | _work(request.user, slugs))


def _model(slugs: dict[int, str]) -> Json:
    """What is known of the model that decides, and of those before it."""
    published = known.published_training()
    figures = published.quality if published else {}
    return {
        "encoder": encoder_name(),
        "wanted_precision": wanted_precision(),
        "published": published and _published(published, slugs),
        "confusions": [
            {
                "topic": slugs.get(one["topic"]),
                "taken_for": slugs.get(one["taken_for"]),
                "count": one["count"],
            }
            for one in figures.get("confusions", [])
        ],
        "trainings": [
            training_out(one) | {"quality": {}}
            for one in known.trainings()[:MOST_TRAININGS]
        ],
    }


def _published(training: Any, slugs: dict[int, str]) -> Json:
    """As a training, with topics named as clients know them."""
    return training_out(training) | {"quality": with_slugs(training.quality, slugs)}


def _desk() -> Json:
    """What became of its answers at the desk."""
    counts = known.corrections()
    return {
        "decided": counts.decided,
        "corrected": counts.corrected,
        "weeks": [week._asdict() for week in topic_quality.weeks()],
        "routing": topic_quality.routing()._asdict(),
        "readings": readings.checked()._asdict(),
    }


def _work(user: Any, slugs: dict[int, str]) -> Json:
    """What people said, and where their next word teaches most."""
    sample = topic_samples.newest_checked()
    return {
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
            for ticket in topic_quality.worth_labelling(user)
        ],
    }
