"""What people teach the desk about topics: the tree, its rules, its examples."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Channel
from conversations.models.bulk import insert
from webcare.domain.permissions import Permission
from webcare.domain.topics.rules import is_searchable
from webcare.exceptions import Invalid
from webcare.models import Queue, Topic, TopicExample, TopicRule, User
from webcare.queries.people import require

MOST_EXAMPLES = 5_000


def make_topic(
    *, user: User, slug: str, queue: Queue | None = None, **fields: Any
) -> Topic:
    """Make a topic. Raises NotAllowed, Invalid when the slug is taken."""
    require(user, Permission.TEACH_TOPICS, queue.pk if queue else None)
    if fields.get("needs_approval"):
        require(user, Permission.STEER_QUEUES, queue.pk if queue else None)
    try:
        with transaction.atomic():
            return Topic.objects.create(slug=slug, queue=queue, **fields)
    except IntegrityError as error:
        raise Invalid(slug="This name is in use: choose another.") from error


@transaction.atomic
def change_topic(
    *, user: User, topic: Topic, retired: bool | None = None, **fields: Any
) -> Topic:
    """Change a topic; a retired one is given to no ticket any more.

    Whether a colleague reads answers about it first is for who steers the queue. Raises
    NotAllowed, Invalid when it would come to stand below itself.
    """
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    if "needs_approval" in fields:
        require(user, Permission.STEER_QUEUES, topic.queue_id)
    if fields.get("parent"):
        _refuse_ring(topic, fields["parent"])
    if retired is not None:
        fields["retired_at"] = (topic.retired_at or timezone.now()) if retired else None
    if fields:
        Topic.objects.filter(pk=topic.pk).update(**fields)
        topic.refresh_from_db()
    return topic


@transaction.atomic
def add_rule(
    *,
    user: User,
    topic: Topic,
    kind: str,
    pattern: str,
    language: str = "",
    channel: Channel | None = None,
) -> TopicRule:
    """Let a word or phrase speak for a topic; one that is there already stays.

    Raises NotAllowed, Invalid for a pattern in which there is nothing to find.
    """
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    if not is_searchable(pattern):
        raise Invalid(pattern="Send a word, a tag or a sign that can be found.")
    rule, _ = TopicRule.objects.get_or_create(
        topic=topic, kind=kind, pattern=pattern, language=language, channel=channel
    )
    return rule


@transaction.atomic
def remove_rule(*, user: User, rule: TopicRule) -> None:
    """Raises NotAllowed."""
    require(user, Permission.TEACH_TOPICS, rule.topic.queue_id)
    rule.delete()


@transaction.atomic
def add_examples(
    *, user: User, topic: Topic, examples: Iterable[tuple[str, str]]
) -> int:
    """Keep (text, language) pairs that are about `topic`; returns how many are new.

    The same text is kept once. The model knows them after the next training. Raises
    NotAllowed.
    """
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    rows = [
        {
            "topic": topic.pk,
            "text": text,
            "digest": sha256(text.encode()).digest(),
            "language": language,
            "given_by": user.pk,
        }
        for text, language in examples
    ]
    made = insert(TopicExample, rows, conflict="ON CONFLICT DO NOTHING", returning="id")
    return len(made)


def _refuse_ring(topic: Topic, parent: Topic) -> None:
    above: Topic | None = parent
    while above is not None:
        if above.pk == topic.pk:
            raise Invalid(parent="A topic cannot stand below itself.")
        above = above.parent
