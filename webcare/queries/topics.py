"""The tree of topics, what speaks for each, and how well the model tells them apart."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations.models.bulk import fetch
from webcare.domain.topics.rules import RuleKind as RuleKind
from webcare.exceptions import NotFound
from webcare.models import Topic, TopicExample, TopicModel, TopicRule

TrainingState = TopicModel.State


def topics() -> QuerySet[Topic]:
    """Return all topics by name, each with its queue, parent and `example_count`."""
    count = (
        TopicExample.objects.filter(topic=OuterRef("pk"))
        .order_by()
        .values("topic")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        Topic.objects.select_related("queue", "parent")
        .prefetch_related("rules__channel")
        .annotate(example_count=Coalesce(Subquery(count), 0))
        .order_by("slug")
    )


def topic_named(slug: str) -> Topic:
    """Return a topic. Raises NotFound."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise NotFound("There is no such topic.")
    return topic


def topic_in_full(slug: str) -> Topic:
    """Return a topic as the list shows it. Raises NotFound."""
    found = topics().filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such topic.")
    return found


def slugs() -> dict[int, str]:
    """Return what each topic is called outside."""
    return dict(Topic.objects.values_list("pk", "slug"))


def rule_of(topic: Topic, pk: int) -> TopicRule:
    """Return one rule of this topic. Raises NotFound."""
    found = TopicRule.objects.filter(topic=topic, pk=pk).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def trainings() -> QuerySet[TopicModel]:
    """Return all trainings without their arrays, newest first."""
    return TopicModel.objects.defer("arrays").order_by("-pk")


def training_of(public_id: UUID) -> TopicModel:
    """Raises NotFound."""
    found = trainings().filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such training.")
    return found


def published_training() -> TopicModel | None:
    """Return the model that decides now; None before the first."""
    return trainings().filter(state=TrainingState.PUBLISHED).first()


class Corrections(NamedTuple):
    """How often people changed what a machine had decided, in the last 30 days."""

    decided: int
    corrected: int


def corrections() -> Corrections:
    """Count tickets a model classified, and those of them a person then changed."""
    [[decided, corrected]] = fetch(
        """WITH machine AS (
             SELECT DISTINCT ticket_id FROM webcare_ticketevent
              WHERE kind = 'classified' AND data->>'by' = 'model'
                AND recorded_at > now() - interval '30 days')
           SELECT count(*), count(*) FILTER (WHERE k.topic_by = 'person')
             FROM machine JOIN webcare_ticket k ON k.id = machine.ticket_id""",
        [],
    )
    return Corrections(decided, corrected)
