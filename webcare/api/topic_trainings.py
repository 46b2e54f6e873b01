"""Trainings of the model: asked for, followed, and chosen."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.models import choose_model
from webcare.actions.training import request_training
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import Nothing
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries import topics as known
from webcare.queries.people import require_role
from webcare.queries.topics import TrainingCause, TrainingState


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
