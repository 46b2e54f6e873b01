"""Who sees what: one rule for tickets, in each form that it is asked in.

People who work for somebody else know their own queues alone, and nothing that
would tell them of others: no topic, field or tag of theirs, no count of the desk.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids
from webcare.domain.permissions import Permission, roles_with
from webcare.exceptions import NotAllowed
from webcare.models import Membership, Queue, Ticket, Topic, User
from webcare.queries.people import EVERYWHERE, Rights, everywhere_or_in

MOST_LOOKED_AT = 1_000  # tickets of a queue, for the tags that people use there


def visible_tickets(user: User, rights: Rights | None = None) -> QuerySet[Ticket]:
    """Return the tickets that `user` may see.

    Every list, count, search, export, stream and related id starts here. Tickets
    that wait for routing are seen by those who see all queues. `rights` are the
    user's own, where they have been read already.
    """
    queues = (rights or Rights.of(user)).where(Permission.SEE_TICKETS)
    return Ticket.objects.filter(everywhere_or_in(queues))


def visible(user: User) -> tuple[str, dict[str, Any]]:
    """The rule of `visible_tickets` in SQL, for statements written by hand.

    A condition on the ticket `k`, and its values.
    """
    queues = seen_queues(Rights.of(user))
    if queues is None:
        return "true", {}
    return "k.queue_id = ANY(%(visible)s)", {"visible": queues}


def seen_queues(rights: Rights) -> list[int] | None:
    """Return the queues whose tickets these rights let see; None where it is all."""
    queues = rights.where(Permission.SEE_TICKETS)
    return None if EVERYWHERE in queues else sorted(q for q in queues if q)


def seeing(user: str, ticket: str) -> str:
    """The rule of `visible_tickets` in SQL, asked of many people at once.

    `user` and `ticket` are what those rows are called in the statement.
    """
    roles = ", ".join(f"'{role}'" for role in roles_with(Permission.SEE_TICKETS))
    return f"""{user}.is_active AND ({user}.is_superuser OR EXISTS (
        SELECT FROM webcare_membership seen
         WHERE seen.user_id = {user}.id AND seen.role IN ({roles})
           AND (seen.queue_id IS NULL OR seen.queue_id = {ticket}.queue_id)))"""


def people_with_rights(pks: Collection[int]) -> dict[int, User]:
    """Return those of the people who are still active, with their rights as they
    are now: two statements for all of them."""
    held = defaultdict(set)
    roles = Membership.objects.filter(user__in=pks)
    for user, role, queue in roles.values_list("user_id", "role", "queue_id"):
        held[user].add((role, queue))
    found = {one.pk: one for one in User.objects.filter(pk__in=pks, is_active=True)}
    for pk, one in found.items():
        one.__dict__["rights"] = Rights.holding(one, held[pk])
    return found


def seen_of(
    people: Iterable[User], tickets: Collection[int]
) -> dict[int, frozenset[int]]:
    """Return which of `tickets` each of the people may see now, by their id.

    People who see the same are asked for together: one statement for each different
    sight, however many people, tickets and events there are.
    """
    return _by_sight(
        people,
        "SELECT k.id FROM webcare_ticket k WHERE k.id = ANY(%(tickets)s)",
        {"tickets": sorted(set(tickets))},
    )


def seen_before(
    people: Iterable[User], moved: Mapping[int, int | None]
) -> dict[int, frozenset[int]]:
    """Return which tickets each of the people could see where they were before.

    `moved` is ticket -> the queue it was in.
    """
    return _by_sight(
        people,
        """SELECT k.id FROM unnest(%(tickets)s::bigint[], %(queues)s::bigint[])
                           AS moved(ticket, queue)
             JOIN webcare_ticket now_there ON now_there.id = moved.ticket
            CROSS JOIN LATERAL jsonb_populate_record(
                  now_there, jsonb_build_object('queue_id', moved.queue)) AS k
            WHERE true""",
        {"tickets": list(moved), "queues": list(moved.values())},
    )


def _by_sight(
    people: Iterable[User], select: str, given: dict[str, object]
) -> dict[int, frozenset[int]]:
    known: dict[tuple[str, str], frozenset[int]] = {}
    answer = {}
    for user in people:
        condition, values = visible(user)
        sight = (condition, repr(sorted(values.items())))
        if sight not in known:
            rows = fetch(f"{select} AND {condition}", {**values, **given})
            known[sight] = frozenset(ids(rows))
        answer[user.pk] = known[sight]
    return answer


def own_queues(user: User) -> frozenset[int] | None:
    """Return the queues that `user` may know of; None where that is all of them."""
    if not user.is_external:
        return None
    return frozenset(q for _role, q in Rights.of(user).held if q is not None)


def own_slugs(user: User) -> frozenset[str] | None:
    """The same, by the names that clients know: a statement for external people."""
    queues = own_queues(user)
    if queues is None:
        return None
    named = Queue.objects.filter(pk__in=queues).values_list("slug", flat=True)
    return frozenset(named)


def of_own_queues(user: User, field: str = "queue") -> Q:
    """The condition that something is of a queue that `user` may know of, or of all."""
    queues = own_queues(user)
    if queues is None:
        return Q()
    return Q(**{f"{field}__in": queues}) | Q(**{f"{field}__isnull": True})


def known_topics(user: User) -> frozenset[int] | None:
    """Return the topics that `user` may know of; None where that is all of them.

    A topic is of its own queue, or of that of the nearest topic above it. What lies
    above a topic that somebody knows is known as well: it is the way there.
    """
    queues = own_queues(user)
    if queues is None:
        return None
    rows = {pk: (above, queue) for pk, above, queue in _topics()}
    known: set[int] = set()
    for pk in rows:
        path = _path(rows, pk)
        queue = next((rows[one][1] for one in path if rows[one][1]), None)
        if queue is None or queue in queues:
            known |= set(path)
    return frozenset(known)


def _topics() -> Iterable[tuple[int, int | None, int | None]]:
    return Topic.objects.values_list("pk", "parent_id", "queue_id")


def _path(rows: Mapping[int, tuple[int | None, int | None]], pk: int) -> list[int]:
    path: list[int] = []
    here: int | None = pk
    while here is not None and here not in path:
        path.append(here)
        here = rows[here][0]
    return path


def known_tags(user: User) -> frozenset[int] | None:
    """Return the tags that `user` may know of; None where that is all of them.

    A tag is nobody's own: they know those that the last tickets of their queues carry.
    """
    queues = own_queues(user)
    if queues is None:
        return None
    rows = fetch(
        """SELECT DISTINCT tt.tag_id
             FROM unnest(%s::bigint[]) AS own(queue)
            CROSS JOIN LATERAL (
                  SELECT k.id FROM webcare_ticket k WHERE k.queue_id = own.queue
                   ORDER BY k.opened_at DESC, k.id DESC LIMIT %s) AS last
             JOIN webcare_tickettag tt ON tt.ticket_id = last.id""",
        [sorted(queues), MOST_LOOKED_AT],
    )
    return frozenset(ids(rows))


def require_own_desk(user: User) -> None:
    """Raise NotAllowed for people who work for somebody else: this is of all queues."""
    if user.is_external:
        raise NotAllowed(_("This tells of queues that you are not in."))
