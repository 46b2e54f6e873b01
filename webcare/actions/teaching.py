"""What people teach the desk about topics: the tree, its rules, its examples."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Channel
from conversations.models.bulk import insert
from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.domain.topics.rules import RuleKind, is_searchable, why_unreadable
from webcare.exceptions import Invalid, taken
from webcare.models import (
    AuthorList,
    Queue,
    Team,
    Topic,
    TopicExample,
    TopicRule,
    User,
)
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
            return Topic.objects.create(slug=slug, queue=queue, **_owned(fields))
    except IntegrityError as error:
        raise taken("slug") from error


@transaction.atomic
def change_topic(
    *, user: User, topic: Topic, retired: bool | None = None, **fields: Any
) -> Topic:
    """Change a topic; a retired one is given to no ticket any more.

    Whether a colleague reads answers about it first is for who steers the queue. Raises
    NotAllowed, Invalid when it would come to stand below itself, for a pinned one that
    is to be retired, and for one that was merged and is to come back.
    """
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    if "needs_approval" in fields:
        require(user, Permission.STEER_QUEUES, topic.queue_id)
    if fields.get("parent"):
        _refuse_ring(topic, fields["parent"])
    if retired and fields.get("is_pinned", topic.is_pinned):
        raise Invalid(retired=_("This topic is pinned: unpin it first."))
    if retired is False and topic.merged_into_id:
        raise Invalid(retired=_("This topic was merged: undo that instead."))
    if topic.retired_at and retired is not False and fields.get("is_pinned"):
        raise Invalid(is_pinned=_("This topic is no longer in use."))
    before = {name: getattr(topic, name) for name in _TOLD}
    if retired is not None:
        fields["retired_at"] = (topic.retired_at or timezone.now()) if retired else None
    if fields := _owned(fields):
        Topic.objects.filter(pk=topic.pk).update(**fields)
        topic.refresh_from_db()
        _tell(user, topic, before)
    return topic


# What a change of is written in the audit: what people read in reports of the past,
# and whose it was.
_TOLD = ("name", "name_nl", "is_pinned", "retired_at", "owner", "owner_team")


def _tell(user: User, topic: Topic, before: dict[str, Any]) -> None:
    changed = {
        name: (_plain(was), _plain(getattr(topic, name)))
        for name, was in before.items()
        if was != getattr(topic, name)
    }
    if changed:
        audit(
            "topic_changed",
            who=user,
            about=f"topic:{topic.slug}",
            before={name: was for name, (was, _now) in changed.items()},
            after={name: now for name, (_was, now) in changed.items()},
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


@transaction.atomic
def add_rule(
    *,
    user: User,
    topic: Topic,
    kind: str,
    pattern: str,
    language: str = "",
    channel: Channel | None = None,
    author_list: AuthorList | None = None,
) -> TopicRule:
    """Let a word or phrase speak for a topic; one that is there already stays.

    Raises NotAllowed, Invalid for a pattern in which there is nothing to find.
    """
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    if kind == RuleKind.COMBINED and (wrong := why_unreadable(pattern)):
        raise Invalid(pattern=wrong)
    if not is_searchable(pattern):
        raise Invalid(pattern=_("Send a word, a tag or a sign that can be found."))
    rule, _made = TopicRule.objects.get_or_create(
        topic=topic,
        kind=kind,
        pattern=pattern,
        language=language,
        channel=channel,
        author_list=author_list,
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


@transaction.atomic
def remove_example(*, user: User, example: TopicExample) -> None:
    """Take back what was taught: it is felt no more, and gone from the model with the
    next training. Raises NotAllowed."""
    require(user, Permission.TEACH_TOPICS, example.topic.queue_id)
    example.delete()


def _owned(fields: dict[str, Any]) -> dict[str, Any]:
    """A person or a team, each in its column."""
    if "owner" not in fields:
        return fields
    owner = fields["owner"]
    is_team = isinstance(owner, Team)
    return fields | {
        "owner": None if is_team else owner,
        "owner_team": owner if is_team else None,
    }


def _refuse_ring(topic: Topic, parent: Topic) -> None:
    above: Topic | None = parent
    while above is not None:
        if above.pk == topic.pk:
            raise Invalid(parent=_("A topic cannot stand below itself."))
        above = above.parent
