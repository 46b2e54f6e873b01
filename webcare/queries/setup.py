"""The desk's set-up, by the names that clients know."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models import Channel
from conversations.models import Mode as Mode
from webcare.exceptions import Invalid, NotFound
from webcare.models import Membership, Presence, Queue, Topic, User

Handout = Queue.Handout
PresenceState = Presence.State


def channels() -> QuerySet[Channel]:
    return Channel.objects.order_by("slug")


def channel_named(slug: str) -> Channel:
    """Raises NotFound."""
    found = Channel.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such channel.")
    return found


def queues() -> QuerySet[Queue]:
    return Queue.objects.select_related("lead").order_by("slug")


def queue_named(slug: str) -> Queue:
    """Raises NotFound."""
    found = queues().filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such queue.")
    return found


def chosen_channel(slug: str) -> Channel:
    """The channel that a request names. Raises Invalid."""
    found = Channel.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(channel="There is no such channel.")
    return found


def chosen_queue(slug: str) -> Queue:
    """The queue that a request names. Raises Invalid."""
    found = Queue.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(queue="There is no such queue.")
    return found


def chosen_queues(slugs: Collection[str]) -> list[Queue]:
    """The queues that a request names, one statement. Raises Invalid."""
    found = list(Queue.objects.filter(slug__in=slugs).order_by("slug"))
    if missing := set(slugs) - {queue.slug for queue in found}:
        raise Invalid(queues=f"There is no queue called {min(missing)}.")
    return found


def chosen_topic(slug: str) -> Topic:
    """The topic that a request names. Raises Invalid."""
    found = Topic.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(topic="There is no such topic.")
    return found


def chosen_agent(public_id: UUID, field: str = "agent") -> User:
    """The person that a request names in `field`. Raises Invalid."""
    found = User.objects.filter(public_id=public_id, is_active=True).first()
    if found is None:
        raise Invalid(**{field: "There is no such person."})
    return found


class AgentRow(NamedTuple):
    user: User
    presence: str
    roles: list[tuple[str, str | None]]  # role, queue's slug; None is all queues


def agents() -> list[AgentRow]:
    """Return everybody with a role, by name: three statements."""
    roles: defaultdict[int, list[tuple[str, str | None]]] = defaultdict(list)
    held = Membership.objects.values_list("user_id", "role", "queue__slug")
    for user, role, queue in held.order_by("queue__slug"):
        roles[user].append((role, queue))
    people = (
        User.objects.filter(pk__in=list(roles), is_active=True)
        .select_related("presence")
        .prefetch_related("languages")
        .order_by("username")
    )
    return [AgentRow(user, _presence(user), roles[user.pk]) for user in people]


def _presence(user: User) -> str:
    try:
        return user.presence.state
    except Presence.DoesNotExist:
        return Presence.State.AWAY.value
