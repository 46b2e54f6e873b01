"""Refit the classifier on everything people taught it, away from the desk."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from conversations import nudges
from conversations.models.bulk import fetch
from webcare.actions.models import has_lost, publish
from webcare.domain.permissions import Permission
from webcare.domain.topics.verdict import judged
from webcare.models import Topic, TopicModel, User
from webcare.queries import models
from webcare.queries.people import require
from webcare.queries.topics import heirs
from webcare.training.process import NothingToLearn, TrainedModel, TrainingFailed
from webcare.training.process import train as fit

log = structlog.get_logger(__name__)

Model = TopicModel
State = TopicModel.State
Cause = TopicModel.Cause
TASK = "webcare.tasks.train_topics"
# A training that has not ended by then lost its process.
PATIENCE = timedelta(minutes=20)
LEAST_NEW, MOST_NEW = 20, 250


def request_training(*, user: User | None = None, cause: Cause = Cause.ASKED) -> Model:
    """Ask for a new model; returns the job, or the one that waits already.

    Raises NotAllowed. The job is found again by a sweep if nobody hears the nudge.
    """
    if user is not None:
        require(user, Permission.TEACH_TOPICS)
    job = Model.objects.filter(state=State.WAITING).first()
    if job is None:
        job = Model.objects.create(asked_by=user, cause=cause)
    elif cause == Cause.ERASURE:
        Model.objects.filter(pk=job.pk).update(cause=cause)
    pk = job.pk
    transaction.on_commit(lambda: nudges.ring(TASK, pk), robust=True)
    return job


def request_when_due() -> None:
    """Ask for a training when people taught enough that is new.

    Enough is half of what the last one had, at least 20 and at most 250 examples:
    measured, refits after each 250 beat every learner that never stops.
    """
    [[last, had, new]] = fetch(
        """SELECT last.last_example, last.examples,
                  (SELECT count(*) FROM (
                     SELECT FROM webcare_topicexample e
                       JOIN webcare_topic t ON t.id = e.topic_id
                      WHERE e.id > last.last_example AND t.retired_at IS NULL
                      LIMIT %s) AS found)
             FROM (SELECT coalesce(max(last_example), 0) AS last_example,
                          coalesce(max(examples), 0) AS examples
                     FROM webcare_topicmodel) AS last""",
        [MOST_NEW],
    )
    busy = Model.objects.filter(state__in=[State.WAITING, State.TRAINING]).exists()
    if new >= max(LEAST_NEW, min(MOST_NEW, had // 2)) and not busy:
        log.info("training is due", examples=new, after=last)
        request_training(cause=Cause.CORRECTIONS)


def train(model_id: int) -> None:
    """Train the model that was asked for, and publish it unless it is worse.

    Does nothing when it is not waiting, or another is being trained. Failing leaves
    the published model in place and the reason on the job; so does being worse than
    it. After an erasure the new model is published all the same, and where nothing is
    left to learn from there is no model. Where a text was deleted while it was learned
    from, nothing stays of the training and another is asked for.
    """
    if not _begin(model_id):
        return
    job = Model.objects.defer("arrays").get(pk=model_id)
    before = Model.objects.filter(state=State.PUBLISHED).first()
    examples = _examples()
    taken = _taken(examples)
    # Said before it learns, so that what is deleted meanwhile is missed by nobody.
    Model.objects.filter(pk=model_id).update(messages=taken["messages"])
    try:
        trained = _fitted(examples, before, lambda done: _tell(model_id, done))
    except (NothingToLearn, TrainingFailed) as error:
        _end(model_id, state=State.FAILED, failure=str(error)[:500], **taken)
        if job.cause == Cause.ERASURE and isinstance(error, NothingToLearn):
            Model.objects.filter(state=State.PUBLISHED).update(state=State.READY)
        log.warning("training failed", model=model_id)
        return
    if has_lost(taken["messages"]):
        _give_up(model_id)
        return
    verdict = judged(trained.metrics, before.quality if before else None)
    # At once, so that whoever forgets a text meanwhile finds it training or published.
    with transaction.atomic():
        _end(
            model_id,
            state=State.READY,
            progress=100,
            quality=trained.metrics | {"compared": verdict.compared},
            arrays=trained.content,
            verdict=verdict.reason,
            **taken,
        )
        if verdict.is_published or job.cause == Cause.ERASURE:
            publish(model_id)
    log.info("trained", model=model_id, published=verdict.is_published)


def _give_up(model_id: int) -> None:
    """End a training that learned from what was deleted meanwhile, and ask anew."""
    _end(
        model_id, state=State.FAILED, failure="A text that it learned from was erased."
    )
    request_training(cause=Cause.ERASURE)
    log.warning("training lost a text", model=model_id)


def _tell(model_id: int, percent: int) -> None:
    """Let those who wait see how far it is."""
    Model.objects.filter(pk=model_id).update(progress=percent)


def _fitted(
    examples: Sequence["Example"], before: Model | None, told: Callable[[int], None]
) -> TrainedModel:
    """Raises NothingToLearn and TrainingFailed. New vectors are kept."""
    encoder = models.encoder_name()
    known = set(before.snapshot) if before else set()
    trained = fit(
        [(one.text, one.topic) for one in examples],
        wanted_precision=settings.TOPIC_PRECISION,
        encoder=bool(encoder),
        vectors={
            one.text: bytes(one.vector)
            for one in examples
            if one.vector and one.encoder == encoder
        },
        names=_names(),
        before=bytes(before.arrays) if before else b"",
        unseen={one.text for one in examples if one.id not in known},
        gone=heirs(),
        told=told,
    )
    _keep_vectors(examples, trained.vectors, encoder)
    return trained


def _taken(examples: Sequence["Example"]) -> dict[str, Any]:
    return {
        "examples": len(examples),
        "snapshot": [one.id for one in examples],
        "last_example": max((one.id for one in examples), default=0),
        "messages": [one.message for one in examples if one.message],
    }


class Example(NamedTuple):
    id: int
    text: str
    topic: int
    vector: bytes | None
    encoder: str
    message: int | None


def _examples() -> list[Example]:
    """All that people taught about topics in use and that stands, oldest first."""
    rows = fetch(
        """SELECT e.id, e.text, e.topic_id, e.vector, e.encoder, e.message_id
             FROM webcare_topicexample e
             JOIN webcare_topic t ON t.id = e.topic_id AND t.retired_at IS NULL
             LEFT JOIN conversations_message m ON m.id = e.message_id
            WHERE m.deleted_at IS NULL ORDER BY e.id""",
        [],
    )
    return [Example(*row) for row in rows]


def _names() -> dict[int, list[str]]:
    """What topics in use are called, in each language."""
    rows = Topic.objects.filter(retired_at=None).values_list("pk", "name", "name_nl")
    return {pk: [name for name in dict.fromkeys(both) if name] for pk, *both in rows}


def _keep_vectors(
    examples: Sequence[Example], made: Mapping[str, bytes], encoder: str
) -> None:
    """Spare the next training the work: a text means the same tomorrow."""
    new = [(one.id, made[one.text]) for one in examples if one.text in made]
    fetch(
        """UPDATE webcare_topicexample e SET vector = given.vector, encoder = %s
             FROM unnest(%s::bigint[], %s::bytea[]) AS given(id, vector)
            WHERE e.id = given.id""",
        [encoder, [pk for pk, _ in new], [vector for _, vector in new]],
    )


def find_forgotten() -> None:
    """Give up trainings whose process died, and ring again for those that wait."""
    Model.objects.filter(state=State.TRAINING, started_at__lt=Now() - PATIENCE).update(
        state=State.FAILED, finished_at=Now(), failure="The process was lost."
    )
    waiting = Model.objects.filter(state=State.WAITING)
    for pk in waiting.values_list("pk", flat=True)[:1]:
        nudges.ring(TASK, pk)


def _begin(model_id: int) -> bool:
    """One at a time: a second one waits for the first to end."""
    busy = Model.objects.filter(state=State.TRAINING)
    if busy.exists():
        return False
    return bool(
        Model.objects.filter(pk=model_id, state=State.WAITING).update(
            state=State.TRAINING, started_at=Now()
        )
    )


def _end(model_id: int, **outcome: object) -> None:
    Model.objects.filter(pk=model_id).update(finished_at=Now(), **outcome)
