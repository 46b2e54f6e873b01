"""Offer work to people: present, with room, in the ticket's language, with its skills
at the levels that are asked, and of those to who knows them best.

A ticket is a nudge for its queue: what is handed out is whatever waits there first, by
danger, then by due time, then by age.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from webcare.actions.loads import hold_those_present
from webcare.actions.log import Line, record_many
from webcare.domain.assignment import NEVER, Offer, Person, Seat, choose
from webcare.domain.permissions import Permission, roles_with
from webcare.models import TicketEvent
from webcare.queries.loads import LOAD
from webcare.queries.waiting import IN_ORDER, NEEDED, WAITS

MOST = 500  # of a queue's waiting tickets that are looked at in one go
AGAIN_SECONDS = 1.0
_QUEUES = f"""SELECT q.id FROM webcare_ticket k
    JOIN webcare_queue q ON q.id = k.queue_id AND q.handout = 'push'
   WHERE k.id = ANY(%s) AND {WAITS}"""

Chosen = Mapping[int, tuple[int, dict[str, Any]]]  # ticket -> its agent, and why


def assign(ticket_ids: list[int]) -> None:
    """Hand out what waits in the queues of these tickets, as far as there is room.

    Loads are read under locks that every assignment takes, of each person present, so
    that two workers cannot fill the same hands twice. A ticket nobody has room for
    stays in its queue: it is offered again when somebody arrives or has room, and by
    `offer_waiting`. One that somebody is changing at this moment is tried again soon.
    """
    held = hold_those_present(_QUEUES, [ticket_ids])
    seats = _seats(ticket_ids, held) if held else {}
    if not any(s.person.load < s.person.capacity for of in seats.values() for s in of):
        return
    chosen: dict[int, tuple[int, dict[str, Any]]] = {}
    given_at: dict[int, datetime] = {}
    offers = _offers(ticket_ids, sorted(seats))
    _try_again(set(ticket_ids) - {offer.ticket for offer, _, _ in offers})
    for number, (offer, queue, now) in enumerate(offers):
        # In the order they were given, also within one moment.
        at = now + timedelta(microseconds=number)
        if choice := choose(seats[queue], offer, at):
            chosen[offer.ticket] = choice
            given_at[choice[0]] = at
    if chosen:
        give(chosen, given_at, at=offers[0][2])


STAGE = batches.Stage("assign", assign)


def offer_waiting() -> None:
    """Let every queue that hands out go through what waits there again."""
    batches.enqueue(STAGE.name, ids(fetch(_first_waiting("true"), [])))


def offer_to(*user_ids: int | None) -> None:
    """Somebody has room now: once committed, let their queues be handed out.

    Not in the transaction that made the room: it may hold a ticket that a round of
    handing out, which holds this very work, is waiting for. A nudge that is lost is
    made up for by `offer_waiting`.
    """
    people = [user for user in user_ids if user]
    if people:
        transaction.on_commit(lambda: _offer(people), robust=True)


def _offer(people: list[int]) -> None:
    fetch(_OFFER, [STAGE.name, people], prepared=True)


def _first_waiting(condition: str) -> str:
    """SQL for the one ticket that stands for what waits in each queue."""
    return f"""
        SELECT k.id FROM webcare_queue q CROSS JOIN LATERAL (
               SELECT k.id FROM webcare_ticket k WHERE k.queue_id = q.id AND {WAITS}
                ORDER BY {IN_ORDER} LIMIT 1) AS k
         WHERE q.handout = 'push' AND {condition}"""


_THEIRS = "q.id IN (SELECT queue_id FROM webcare_membership WHERE user_id = ANY(%s))"
_OFFER = f"""
    INSERT INTO conversations_work (stage, subject_id)
    SELECT %s, id FROM ({_first_waiting(_THEIRS)}) AS first ORDER BY id
        ON CONFLICT DO NOTHING"""


def _seats(ticket_ids: Sequence[int], held: Sequence[int]) -> dict[int, list[Seat]]:
    """Who is at work in each queue; one person in two queues has one pair of hands."""
    rows = fetch(
        f"""SELECT m.queue_id, m.weight, u.id, {LOAD}, u.capacity,
                   ARRAY(SELECT ARRAY[l.language, l.level::text]
                           FROM webcare_userlanguage l WHERE l.user_id = u.id),
                   ARRAY(SELECT ARRAY[sk.slug, s.level::text]
                           FROM webcare_userskill s
                           JOIN webcare_skill sk ON sk.id = s.skill_id
                          WHERE s.user_id = u.id),
                   p.last_assigned_at
              FROM webcare_membership m
              JOIN webcare_user u ON u.id = m.user_id AND u.is_active
              JOIN webcare_presence p ON p.user_id = u.id
             WHERE m.queue_id IN ({_QUEUES}) AND m.user_id = ANY(%s)
               AND m.role = ANY(%s)
             ORDER BY m.queue_id, u.id""",
        [list(ticket_ids), list(held), roles_with(Permission.WORK_TICKETS)],
        prepared=True,
    )
    people: dict[int, Person] = {}
    seats: defaultdict[int, list[Seat]] = defaultdict(list)
    for queue, weight, user, load, capacity, languages, skills, last in rows:
        person = people.setdefault(
            user,
            Person(
                user,
                load,
                capacity,
                _by_name(languages),
                _by_name(skills),
                last or NEVER,
            ),
        )
        seats[queue].append(Seat(person, weight))
    return dict(seats)


def _by_name(levels: Sequence[tuple[str, str]]) -> dict[str, int]:
    return {name: int(level) for name, level in levels}


def _offers(
    ticket_ids: Sequence[int], queues: Sequence[int]
) -> list[tuple[Offer, int, datetime]]:
    """What waits in these queues, in the order it is handed out, with queue and time.

    Without those that somebody is changing at this moment.
    """
    rows = fetch(
        f"""WITH RECURSIVE {NEEDED}, looked_at AS (
                SELECT unnest(%s::bigint[]) AS id
                 UNION
                SELECT k.id FROM unnest(%s::bigint[]) AS q(id) CROSS JOIN LATERAL (
                       SELECT k.id FROM webcare_ticket k
                        WHERE k.queue_id = q.id AND {WAITS}
                        ORDER BY {IN_ORDER} LIMIT {MOST}) AS k)
            SELECT k.id, k.language, q.language_level,
                   ARRAY(SELECT ARRAY[sk.slug, n.level::text] FROM needed n
                           JOIN webcare_skill sk ON sk.id = n.skill
                          WHERE n.queue = k.queue_id OR n.topic = k.topic_id
                          ORDER BY n.level),
                   coalesce(cl.weight, 1)::float8, before.agent_id, lost.was,
                   coalesce(statement_timestamp() - make_interval(secs =>
                       q.widen_after_seconds) > coalesce(k.waiting_since, k.opened_at),
                       false),
                   k.queue_id, statement_timestamp()
              FROM looked_at
              JOIN webcare_ticket k ON k.id = looked_at.id
              JOIN webcare_queue q ON q.id = k.queue_id
              LEFT JOIN webcare_channelload cl ON cl.channel_id = k.channel_id
              LEFT JOIN LATERAL (
                   SELECT b.agent_id FROM webcare_ticket b
                    WHERE b.author_id = k.author_id AND b.agent_id IS NOT NULL
                    ORDER BY b.opened_at DESC, b.id DESC LIMIT 1) AS before ON true
              LEFT JOIN LATERAL (
                   SELECT (e.data ->> 'was')::bigint AS was FROM webcare_ticketevent e
                    WHERE e.ticket_id = k.id AND e.kind = 'released'
                    ORDER BY e.id DESC LIMIT 1) AS lost ON k.status = 'open'
             WHERE k.queue_id = ANY(%s) AND {WAITS}
             ORDER BY {IN_ORDER} FOR NO KEY UPDATE OF k SKIP LOCKED""",
        [list(ticket_ids), list(queues), list(queues)],
        prepared=True,
    )
    return [
        (Offer(pk, language, level, _by_name(skills), *rest), queue, now)
        for pk, language, level, skills, *rest, queue, now in rows
    ]


def _try_again(missed: Collection[int]) -> None:
    """Nudge anew, a moment later, what still waits though it was not to be had."""
    if missed:
        fetch(
            f"""INSERT INTO conversations_work (stage, subject_id, due_at)
                SELECT %s, k.id, statement_timestamp() + make_interval(secs => %s)
                  FROM webcare_ticket k
                 WHERE k.id = ANY(%s) AND {WAITS} ORDER BY k.id
                    ON CONFLICT DO NOTHING""",
            [STAGE.name, AGAIN_SECONDS, sorted(missed)],
        )


def give(chosen: Chosen, given_at: Mapping[int, datetime], *, at: datetime) -> None:
    """Write down who answers what, why, and since when nobody has been idle."""
    fetch(
        """WITH busy AS (
               UPDATE webcare_presence p SET last_assigned_at = given.at
                 FROM unnest(%s::bigint[], %s::timestamptz[]) AS given(agent, at)
                WHERE p.user_id = given.agent)
           UPDATE webcare_ticket k
              SET agent_id = given.agent, status = 'open',
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, agent)
            WHERE k.id = given.id AND k.agent_id IS NULL""",
        [
            list(given_at),
            list(given_at.values()),
            list(chosen),
            [user for user, _ in chosen.values()],
        ],
        prepared=True,
    )
    lines = [
        Line(
            pk,
            TicketEvent.Kind.ASSIGNED,
            at,
            {"agent": user, "status": "open", "why": why},
        )
        for pk, (user, why) in chosen.items()
    ]
    record_many(lines, cause="assignment")
