"""One topic given over to another: what comes follows, what was stays."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from webcare.actions import routing_table, topic_heirs
from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.exceptions import InUse, Invalid
from webcare.models import Topic, TopicMerge, User
from webcare.queries.people import require


@transaction.atomic
def merge_topic(*, user: User, topic: Topic, into: Topic) -> TopicMerge:
    """Let `into` take over all that `topic` has, from the very next message on.

    Examples, words, topics below, macros, skills and rows of the routing table are its
    own from now on, and what the model knows of `topic` speaks for it; tickets that are
    not closed follow within seconds. Turns, endings and lines of the log keep the topic
    they had. Raises NotAllowed; Invalid for a pinned topic, one that is out of use, one
    of which `into` is a part, or one that asks for more care than `into` does.
    """
    require(user, Permission.SET_UP)
    # Whoever gives a ticket this topic at this moment is waited for.
    known = (
        Topic.objects.select_for_update().order_by("pk").in_bulk([topic.pk, into.pk])
    )
    if wrong := _why_not(known[topic.pk], known[into.pk]):
        raise Invalid(into=wrong)
    moved = {kind: _move(kind, topic.pk, into.pk) for kind in _MOVES}
    before, after = routing_table.follow(user=user, topic=topic.pk, into=into.pk)
    tickets = topic_heirs.to_follow(topic.pk)
    Topic.objects.filter(pk=topic.pk).update(retired_at=Now(), merged_into=into)
    made = TopicMerge.objects.create(
        topic=topic,
        into=into,
        merged_by=user,
        moved=moved,
        tickets=tickets,
        routing_before=before,
        routing_after=after,
    )
    batches.enqueue(topic_heirs.STAGE.name, tickets)
    counts = {kind: len(found) for kind, found in moved.items()}
    audit(
        "topic_merged",
        who=user,
        about=f"topic:{topic.slug}",
        after={"into": into.slug, **counts, "tickets": len(tickets)},
    )
    made.refresh_from_db()
    return made


@transaction.atomic
def unmerge_topic(*, user: User, merge: TopicMerge) -> TopicMerge:
    """Give back what was taken over and is still where the merge put it.

    Tickets go back that nobody gave another topic since; the routing table as well,
    where nobody saved another one since. Raises NotAllowed, InUse for what was
    undone already, or while `into` is merged itself.
    """
    require(user, Permission.SET_UP)
    merge = TopicMerge.objects.select_for_update().get(pk=merge.pk)
    topic, into = merge.topic, merge.into
    if merge.undone_at:
        raise InUse(_("This was undone already."))
    if into.merged_into_id:
        raise InUse(_("Undo first that %s was merged.") % into.label)
    Topic.objects.filter(pk=topic.pk).update(retired_at=None, merged_into=None)
    for kind, some in merge.moved.items():
        _move(kind, into.pk, topic.pk, some)
    is_routed = routing_table.go_back(
        user=user, to=merge.routing_before, given=merge.routing_after
    )
    TopicMerge.objects.filter(pk=merge.pk).update(undone_at=Now(), undone_by=user)
    batches.enqueue(topic_heirs.STAGE.name, merge.tickets)
    audit(
        "topic_unmerged",
        who=user,
        about=f"topic:{topic.slug}",
        before={"into": into.slug},
        after={"routing": is_routed},
    )
    merge.refresh_from_db()
    return merge


def _why_not(topic: Topic, into: Topic) -> str:
    if topic.pk == into.pk:
        return _("Choose another topic.")
    if topic.retired_at or into.retired_at:
        return _("Both topics have to be in use.")
    if topic.is_pinned:
        return _("This topic is pinned: unpin it first.")
    if topic.is_danger and not into.is_danger:
        return _("This topic speaks of danger, and the other does not.")
    if topic.needs_approval and not into.needs_approval:
        return _("Answers about this topic are read by a second person first.")
    above: Topic | None = into.parent
    while above is not None:
        if above.pk == topic.pk:
            return _("That topic is a part of this one: take it out first.")
        above = above.parent
    return ""


# Kind -> what moves: a table, the column that names the topic, and what may stand
# there once only. What `into` has as well stays behind.
_MOVES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "examples": ("webcare_topicexample", "topic_id", ("digest",)),
    "rules": (
        "webcare_topicrule",
        "topic_id",
        ("kind", "pattern", "language", "channel_id", "author_list_id"),
    ),
    "children": ("webcare_topic", "parent_id", ()),
    "beside": ("webcare_tickettopic", "topic_id", ("ticket_id",)),
    "macros": ("webcare_macro", "topic_id", ()),
    "skills": ("webcare_requiredskill", "topic_id", ("skill_id",)),
}


def _move(kind: str, was: int, now: int, some: list[int] | None = None) -> list[int]:
    """Move all of a kind, or `some`; returns which."""
    table, column, alike = _MOVES[kind]
    twins = " AND ".join(f"o.{one} IS NOT DISTINCT FROM e.{one}" for one in alike)
    is_new = f"""NOT EXISTS (SELECT FROM {table} o
                  WHERE o.{column} = %(now)s AND {twins})"""
    given: dict[str, Any] = {"was": was, "now": now, "some": some}
    return ids(
        fetch(
            f"""UPDATE {table} e SET {column} = %(now)s
                 WHERE e.{column} = %(was)s AND {is_new if alike else "true"}
                   AND (%(some)s::bigint[] IS NULL OR e.id = ANY(%(some)s::bigint[]))
                RETURNING e.id""",
            given,
        )
    )
