"""Offer work to people: present, with room, in the ticket's language."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from webcare.actions.log import Line, record_many
from webcare.domain.assignment import Candidate, choose
from webcare.domain.permissions import Permission, roles_with
from webcare.models import TicketEvent

SEEN_WITHIN = 90  # seconds since the last sign of life
SWEEP = 500


def assign(ticket_ids: list[int]) -> None:
    """Give each ticket to the least loaded candidate of its queue.

    Loads are read under a lock that every assignment takes, so that two workers
    cannot fill the same hands twice. A ticket nobody has room for stays in its queue
    and is offered again by `offer_waiting`.
    """
    fetch("SELECT pg_advisory_xact_lock(3, 0)", [])
    waiting = _waiting(ticket_ids)
    people = _candidates(sorted({queue for _, queue, _, _ in waiting}))
    chosen: dict[int, tuple[int, dict[str, Any]]] = {}
    for ticket, queue, language, _ in waiting:
        if choice := choose(people[queue], language):
            chosen[ticket] = choice
    if chosen:
        _give(chosen, at=waiting[0][3])


STAGE = batches.Stage("assign", assign)


def offer_waiting() -> None:
    """Let unassigned work of queues that hand out go through assignment again."""
    rows = fetch(
        """SELECT k.id FROM webcare_ticket k
             JOIN webcare_queue q ON q.id = k.queue_id AND q.handout = 'push'
            WHERE k.status IN ('new', 'open') AND k.agent_id IS NULL
            ORDER BY k.opened_at LIMIT %s""",
        [SWEEP],
    )
    batches.enqueue(STAGE.name, ids(rows))


def _waiting(ticket_ids: Sequence[int]) -> list[tuple[int, int, str, datetime]]:
    """Unassigned tickets of queues that hand out: danger first, then the oldest."""
    return fetch(
        """SELECT k.id, k.queue_id, k.language, statement_timestamp()
             FROM webcare_ticket k
             JOIN webcare_queue q ON q.id = k.queue_id AND q.handout = 'push'
            WHERE k.id = ANY(%s) AND k.status IN ('new', 'open')
              AND k.agent_id IS NULL
            ORDER BY k.is_danger DESC, k.opened_at, k.id FOR NO KEY UPDATE OF k""",
        [list(ticket_ids)],
    )


def _candidates(queues: Sequence[int]) -> dict[int, list[Candidate]]:
    """Who is at work in each queue. One person in two queues is one candidate."""
    rows = fetch(
        """SELECT q.id, u.id, u.capacity, max(m.weight),
                  ARRAY(SELECT l.language FROM webcare_userlanguage l
                         WHERE l.user_id = u.id),
                  (SELECT count(*) FROM webcare_ticket k
                    WHERE k.agent_id = u.id AND k.status IN ('new', 'open'))
             FROM unnest(%s::bigint[]) AS q(id)
             JOIN webcare_membership m ON m.queue_id = q.id
              AND m.role = ANY(%s)
             JOIN webcare_user u ON u.id = m.user_id AND u.is_active
             JOIN webcare_presence p ON p.user_id = u.id AND p.state = 'present'
              AND p.seen_at > now() - make_interval(secs => %s)
            GROUP BY q.id, u.id ORDER BY q.id, u.id""",
        [list(queues), roles_with(Permission.WORK_TICKETS), SEEN_WITHIN],
    )
    people: dict[int, Candidate] = {}
    found: defaultdict[int, list[Candidate]] = defaultdict(list)
    for queue, user, capacity, weight, languages, load in rows:
        person = people.setdefault(
            user, Candidate(user, load, capacity, weight, languages)
        )
        found[queue].append(person)
    return found


def _give(chosen: Mapping[int, tuple[int, dict[str, Any]]], *, at: datetime) -> None:
    fetch(
        """UPDATE webcare_ticket k
              SET agent_id = given.agent, status = 'open',
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, agent)
            WHERE k.id = given.id AND k.agent_id IS NULL""",
        [list(chosen), [user for user, _ in chosen.values()]],
    )
    record_many(
        [
            Line(
                pk,
                TicketEvent.Kind.ASSIGNED,
                at,
                {"agent": user, "status": "open", "why": why},
            )
            for pk, (user, why) in chosen.items()
        ],
        cause="assignment",
    )
