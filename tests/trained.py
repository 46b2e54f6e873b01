"""Models for tests that need one; what trains one has tests of its own."""

from typing import Any

from django.db.models.functions import Now

from webcare.actions import training
from webcare.models import TopicExample, TopicModel

# Topics with numbers from here on are the same in every test; no sequence comes so far.
NUMBERS = 10**9
MADE = ("progress", "quality", "arrays", "verdict", "examples")
_known: dict[tuple[tuple[int, str], ...], dict[str, Any]] = {}


def trained() -> TopicModel:
    """A published model of all examples, as a training leaves it.

    The same examples give the same bytes, and the child process that trains imports
    more than a test should wait for: once in a process is enough.
    """
    examples = TopicExample.objects.order_by("pk")
    key = tuple(examples.values_list("topic", "text"))
    job = TopicModel.objects.create()
    if key in _known:
        _take_over(job, _known[key], list(examples.values_list("pk", flat=True)))
    else:
        training.train(job.pk)
    job.refresh_from_db()
    assert job.state == "published", job.failure
    _known[key] = {name: getattr(job, name) for name in MADE}
    return job


def _take_over(job: TopicModel, made: dict[str, Any], snapshot: list[int]) -> None:
    ended = {"state": "ready", "started_at": Now(), "finished_at": Now()}
    examples = TopicExample.objects.filter(pk__in=snapshot, message__isnull=False)
    messages = list(examples.values_list("message", flat=True))
    of = {"snapshot": snapshot, "last_example": max(snapshot), "messages": messages}
    TopicModel.objects.filter(pk=job.pk).update(**ended, **made, **of)
    training.publish(job.pk)
