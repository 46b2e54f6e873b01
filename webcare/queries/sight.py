"""Who sees which of many tickets: for those who hand the log on to many people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from conversations.models.bulk import fetch, ids
from webcare.models import Membership, User
from webcare.queries.people import Rights
from webcare.queries.ticket_lists import visible


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
