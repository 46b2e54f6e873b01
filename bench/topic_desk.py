"""The desk that topics are measured on: taught, trained and asked as any other."""

import os
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import django

from bench import databases, services
from bench.topic_sets import Labelled

BATCH = 256


@contextmanager
def desk() -> Iterator[None]:
    """A database of its own, empty, and gone when the block ends."""
    from config import embedded

    embedded.provide("bench")
    services.configure()
    with databases.empty("topics") as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield


def forget() -> None:
    """Let the desk know no topic, no example and no model."""
    from webcare.models import Topic, TopicExample, TopicModel

    for model in (TopicModel, TopicExample, Topic):
        model.objects.all().delete()


def make_topics(labelled: Labelled) -> dict[str, int]:
    """Make a topic of each label, called as it is with spaces; returns their ids by
    label."""
    from webcare.models import Topic

    labels = sorted({topic for _, topic in labelled})
    topics = Topic.objects.bulk_create(
        Topic(slug=f"t{number}", name=label.replace("_", " "))
        for number, label in enumerate(labels)
    )
    return {label: topic.pk for label, topic in zip(labels, topics, strict=True)}


def teach(labelled: Labelled, ids: dict[str, int]) -> None:
    """Keep these texts as examples, all at once."""
    from conversations.models.bulk import insert
    from webcare.models import TopicExample

    rows = [
        {
            "topic": ids[topic],
            "text": text,
            "digest": sha256(text.encode()).digest(),
            "language": "",
        }
        for text, topic in labelled
    ]
    for start in range(0, len(rows), 5_000):
        insert(
            TopicExample, rows[start : start + 5_000], conflict="ON CONFLICT DO NOTHING"
        )


def train() -> dict[str, float]:
    """Train and publish; returns what it cost the child, in CPU seconds and MiB.

    Memory is the most of any child so far.
    """
    from webcare.actions import training
    from webcare.queries.topics import training_of

    job = training.request_training()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    training.train(job.pk)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = training_of(job.public_id)
    if done.state != "published":
        sys.exit(f"No model was published: {done.state} {done.failure}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"refit s": spent, "trainer MiB": after.ru_maxrss / 1024}


def decided(texts: Sequence[str]) -> list[Any]:
    """What the desk answers about so many at once."""
    from webcare.actions.topics import Asked, decide_topics

    return decide_topics([Asked(text, "", "") for text in texts])


def in_batches(texts: Sequence[str]) -> list[Any]:
    """The same in batches, as a worker asks."""
    starts = range(0, len(texts), BATCH)
    return [one for start in starts for one in decided(texts[start : start + BATCH])]


def likeliest(decision: Any) -> int | None:
    """The id of the topic that the model holds most likely, sure or not."""
    found = (decision.explanation["model"] or {}).get("alternatives")
    return found[0]["topic"] if found else None
