"""Refit the classifier on everything people taught it, away from the desk."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models.functions import Now

from conversations import nudges
from webcare.domain.permissions import Permission
from webcare.models import TopicExample, TopicModel, User
from webcare.queries.people import require
from webcare.training.process import NothingToLearn, TrainingFailed
from webcare.training.process import train as fit

log = structlog.get_logger(__name__)

State = TopicModel.State
TASK = "webcare.tasks.train_topics"
# A training that has not ended by then lost its process.
PATIENCE = timedelta(minutes=20)


def request_training(*, user: User | None = None) -> TopicModel:
    """Ask for a new model; returns the job, or the one that waits already.

    Raises NotAllowed. The job is found again by a sweep if nobody hears the nudge.
    """
    if user is not None:
        require(user, Permission.TEACH_TOPICS)
    waiting = TopicModel.objects.filter(state=State.WAITING).first()
    job = waiting or TopicModel.objects.create(asked_by=user)
    transaction.on_commit(lambda: nudges.ring(TASK, job.pk), robust=True)
    return job


def train(model_id: int) -> None:
    """Train the model that was asked for, and publish it.

    Does nothing when it is not waiting, or another is being trained. Failing leaves
    the published model in place and the reason on the job.
    """
    if not _begin(model_id):
        return
    examples = list(
        TopicExample.objects.filter(topic__retired_at=None).values_list(
            "text", "topic_id"
        )
    )
    try:
        trained = fit(examples)
    except (NothingToLearn, TrainingFailed) as error:
        _end(model_id, state=State.FAILED, failure=str(error)[:500])
        log.warning("training failed", model=model_id)
        return
    _end(
        model_id,
        state=State.READY,
        examples=len(examples),
        quality=trained.metrics,
        arrays=trained.content,
    )
    publish(model_id)


@transaction.atomic
def publish(model_id: int) -> None:
    """Let every worker's next batch use this model, in place of the one before."""
    TopicModel.objects.filter(state=State.PUBLISHED).update(state=State.READY)
    TopicModel.objects.filter(pk=model_id, state=State.READY).update(
        state=State.PUBLISHED, published_at=Now()
    )


def find_forgotten() -> None:
    """Give up trainings whose process died, and ring again for those that wait."""
    TopicModel.objects.filter(
        state=State.TRAINING, started_at__lt=Now() - PATIENCE
    ).update(state=State.FAILED, finished_at=Now(), failure="The process was lost.")
    waiting = TopicModel.objects.filter(state=State.WAITING)
    for pk in waiting.values_list("pk", flat=True)[:1]:
        nudges.ring(TASK, pk)


def _begin(model_id: int) -> bool:
    """One at a time: a second one waits for the first to end."""
    busy = TopicModel.objects.filter(state=State.TRAINING)
    if busy.exists():
        return False
    return bool(
        TopicModel.objects.filter(pk=model_id, state=State.WAITING).update(
            state=State.TRAINING, started_at=Now()
        )
    )


def _end(model_id: int, **outcome: object) -> None:
    TopicModel.objects.filter(pk=model_id).update(finished_at=Now(), **outcome)
