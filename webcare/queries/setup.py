"""The desk's set-up, by the names that clients know."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from conversations.models import Channel
from conversations.models import CheckResult as CheckResult
from conversations.models import Counting as Counting
from conversations.models import Files as Files
from conversations.models import Mode as Mode
from conversations.models import PrivateReplies as PrivateReplies
from webcare.exceptions import Invalid, NotFound
from webcare.models import (
    AuditEntry,
    ChannelLoad,
    Membership,
    Presence,
    Queue,
    RequiredSkill,
    SecondFactor,
    Topic,
    User,
)
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import known_topics, own_queues

Handout = Queue.Handout
OnSilence = Queue.OnSilence
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
    return (
        Queue.objects.select_related("lead", "calendar")
        .prefetch_related("required_skills__skill")
        .order_by("slug")
    )


def queues_for(user: User) -> QuerySet[Queue]:
    """Return the queues that `user` may know of: all, or for external people theirs."""
    own = own_queues(user)
    return queues() if own is None else queues().filter(pk__in=own)


def queue_for(user: User, slug: str) -> Queue:
    """Raises NotFound."""
    found = queues_for(user).filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such queue.")
    return found


def colleagues(user: User) -> QuerySet[User]:
    """Return whom `user` may know of: all, or for external people who is in their
    queues, and themselves."""
    own = own_queues(user)
    if own is None:
        return User.objects.all()
    beside = Membership.objects.filter(queue__in=own)
    return User.objects.filter(Q(pk__in=beside.values("user")) | Q(pk=user.pk))


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
        raise Invalid(channel=_("There is no such channel."))
    return found


def chosen_queue(slug: str, user: User | None = None) -> Queue:
    """The queue that a request names, of those that `user` knows. Raises Invalid."""
    known = Queue.objects.all()
    if user and (own := own_queues(user)) is not None:
        # What is not theirs goes to triage: those who know all queues look there.
        known = known.filter(Q(pk__in=own) | Q(is_triage=True))
    found = known.filter(slug=slug).first()
    if found is None:
        raise Invalid(queue=_("There is no such queue."))
    return found


def chosen_queues(slugs: Collection[str]) -> list[Queue]:
    """The queues that a request names, one statement. Raises Invalid."""
    found = list(Queue.objects.filter(slug__in=slugs).order_by("slug"))
    if missing := set(slugs) - {queue.slug for queue in found}:
        raise Invalid(
            queues=_("There is no queue called %(name)s.") % {"name": min(missing)}
        )
    return found


def chosen_topic(slug: str, user: User | None = None) -> Topic:
    """The topic that a request names, or what took it over, of those that `user`
    knows. Raises Invalid."""
    found = Topic.objects.filter(slug=slug).select_related("merged_into").first()
    while found is not None and found.merged_into is not None:
        found = found.merged_into
    known = known_topics(user) if user else None
    if found is None or (known is not None and found.pk not in known):
        raise Invalid(topic=_("There is no such topic."))
    return found


def chosen_agent(public_id: UUID, field: str = "agent") -> User:
    """The person that a request names in `field`. Raises Invalid."""
    found = User.objects.filter(public_id=public_id, is_active=True).first()
    if found is None:
        raise Invalid(**{field: _("There is no such person.")})
    return found


def chosen_people(user: User, public_ids: Sequence[UUID]) -> list[User]:
    """The people that a request names, in one statement. Raises Invalid."""
    found = list(colleagues(user).filter(public_id__in=public_ids, is_active=True))
    if len(found) != len(set(public_ids)):
        raise Invalid(members=_("There is no such person."))
    return found


class AgentRow(NamedTuple):
    user: User
    presence: str
    since: datetime | None
    seen_at: datetime | None
    languages: list[tuple[str, int]]
    skills: list[tuple[str, int]]
    roles: list[tuple[str, str | None]]  # role, queue's slug; None is all queues
    two_steps: bool  # comes in by password and code


class MemberRow(NamedTuple):
    user: User
    role: str
    weight: int
    queue: str | None  # its slug; None is all queues


def agents(user: User) -> list[AgentRow]:
    """Return everybody with a role whom `user` may know of, by name: four statements.

    Of others, people who work for somebody else see what they are in shared queues.
    """
    held = Membership.objects.select_related("queue").order_by("queue__slug")
    if (own := own_queues(user)) is not None:
        held = held.filter(queue__in=own)
    people = _with_all(
        colleagues(user).filter(pk__in=held.values("user"), is_active=True), held
    )
    return [_agent_row(one) for one in people.order_by("username")]


def agent_for(user: User, public_id: UUID) -> User:
    """Return somebody, also without a role or access. Raises NotFound."""
    found = colleagues(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


def agent_row(agent: User) -> AgentRow:
    """Return one person with all that is known of them."""
    held = Membership.objects.select_related("queue").order_by("queue__slug")
    return _agent_row(_with_all(User.objects.filter(pk=agent.pk), held).get())


def _with_all(people: QuerySet[User], held: QuerySet[Membership]) -> QuerySet[User]:
    asked = SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
    return (
        people.annotate(two_steps=Exists(asked))
        .select_related("presence")
        .prefetch_related(Prefetch("memberships", held), "languages", "skills__skill")
    )


def _agent_row(one: User) -> AgentRow:
    presence = getattr(one, "presence", None)
    return AgentRow(
        one,
        presence.state if presence else Presence.State.AWAY.value,
        presence and presence.since,
        presence and presence.seen_at,
        sorted((each.language, each.level) for each in one.languages.all()),
        sorted((each.skill.slug, each.level) for each in one.skills.all()),
        [
            (each.role, each.queue.slug if each.queue else None)
            for each in one.memberships.all()
        ],
        one.two_steps,  # type: ignore[attr-defined]
    )


def members_of(user: User, queue: Queue) -> list[MemberRow]:
    """Return who has a role in `queue`, or in all queues, by name: one statement."""
    held = Membership.objects.select_related("user", "queue").filter(
        Q(queue=queue) | Q(queue=None), user__is_active=True
    )
    if user.is_external:
        held = held.filter(queue=queue)
    return [
        MemberRow(one.user, one.role, one.weight, one.queue.slug if one.queue else None)
        for one in held.order_by("user__username", "id")
    ]


def required_skills(**of: Topic | Queue) -> list[tuple[str, int]]:
    """What `topic` or `queue` asks of who answers."""
    found = RequiredSkill.objects.filter(**of).select_related("skill")
    return sorted((one.skill.slug, one.level) for one in found)


def channel_load(channel: Channel) -> Decimal:
    found = ChannelLoad.objects.filter(channel=channel).first()
    return found.weight if found else Decimal(1)


_AUDIT = Listing("e.public_id", "webcare_auditentry e", "e.id")
BY_AGE = Order("e.at", descending=True)


def audit_page(mark: Mark | None, limit: int) -> tuple[list[AuditEntry], Page]:
    """Return a page of the changes of rights, the newest first: two statements."""
    page = read_page(_AUDIT, BY_AGE, mark, limit)
    entries = AuditEntry.objects.select_related("who", "whom")
    found = entries.in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page
