"""Work that nobody does returns to its queue: its agent is away, silent, or left."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from conversations.actions import batches
from conversations.models.bulk import column, fetch
from webcare.actions.assignment import STAGE
from webcare.actions.log import Line, record_many
from webcare.models import TicketEvent, User
from webcare.queries.loads import SEEN_WITHIN

BATCH = 500
GRACE = 300  # seconds away, until what customers write then goes to somebody else


class Returned(NamedTuple):
    ticket: int
    agent: int
    minutes: int
    by: str  # absent, customer_wrote, silent


def return_work() -> int:
    """Return what waits for agents who went away or stay silent; returns how many.

    Returned is open work whose author waits for us: of somebody who has been away, on
    a break or unseen for `absent_minutes` of the queue; of somebody away for some
    minutes whose customer wrote since; and of somebody who has done nothing with it
    for `silence_minutes`. Who does something with a ticket is there for it, whatever
    they said before: away counts from then. What is parked stays, and so does what has
    an answer on its way. Who never said where they are, as systems, can only be silent.
    """
    count = 0
    while found := _return_some():
        count += found
    return count


@transaction.atomic
def _return_some() -> int:
    found = [Returned(*row) for row in fetch(_LOST, {"most": BATCH})]
    by_fact: dict[tuple[str, int], list[int]] = {}
    for one in found:
        by_fact.setdefault((one.by, one.minutes), []).append(one.ticket)
    for (by, minutes), tickets in by_fact.items():
        why = {"by": by, "minutes": minutes}
        give_back(tickets, cause="silence", why=why)
    return len(found)


def give_back(
    tickets: Sequence[int],
    *,
    cause: str,
    why: Mapping[str, Any],
    actor: User | None = None,
) -> None:
    """Take these tickets from their agents, with a line each, and offer them again.

    Belongs in the transaction that found them. Leads are told where their queue says
    so.
    """
    if not tickets:
        return
    rows = fetch(
        """UPDATE webcare_ticket k
              SET agent_id = NULL, changed_at = now(), version = k.version + 1
             FROM webcare_ticket was
            WHERE was.id = k.id AND k.id = ANY(%s) AND k.agent_id IS NOT NULL
        RETURNING k.id, was.agent_id, statement_timestamp()""",
        [list(tickets)],
    )
    actor_id = actor.pk if actor else None
    lines = [
        Line(
            ticket,
            TicketEvent.Kind.RELEASED,
            at,
            {"agent": None, "was": agent, "why": dict(why)},
            actor_id,
        )
        for ticket, agent, at in rows
    ]
    record_many(lines, cause=cause)
    returned = [row[0] for row in rows]
    if cause == "silence":
        _tell_leads(returned)
    batches.enqueue(STAGE.name, _handed_out(returned))


def _tell_leads(tickets: Sequence[int]) -> None:
    fetch(
        """INSERT INTO webcare_notification (user_id, ticket_id, kind, event_id)
           SELECT q.lead_id, k.id, 'returned', newest.id
             FROM json_array_elements_text(%s::json) AS given(id)
             JOIN webcare_ticket k ON k.id = given.id::bigint
             JOIN webcare_queue q ON q.id = k.queue_id AND q.lead_id IS NOT NULL
              AND q.on_silence = 'return_and_tell_lead'
            CROSS JOIN LATERAL (
                  SELECT e.id FROM webcare_ticketevent e
                   WHERE e.ticket_id = k.id ORDER BY e.id DESC LIMIT 1) AS newest""",
        [column(tickets)],
    )


def _handed_out(tickets: Sequence[int]) -> list[int]:
    rows = fetch(
        """SELECT k.id FROM webcare_ticket k
             JOIN webcare_queue q ON q.id = k.queue_id AND q.handout = 'push'
            WHERE k.id = ANY(%s) AND k.status IN ('new', 'open')""",
        [list(tickets)],
    )
    return [row[0] for row in rows]


# Work of ours, waiting: nothing is on its way out to the author.
_WAITING = """k.status = 'open' AND k.waiting_since IS NOT NULL AND NOT EXISTS (
    SELECT FROM webcare_reply r JOIN conversations_delivery d ON d.id = r.delivery_id
     WHERE r.ticket_id = k.id AND r.rule_id IS NULL
       AND d.state IN ('waiting', 'held', 'sending', 'uncertain'))"""
_LOST = f"""
    WITH gone AS (
        SELECT p.user_id, g.gone_at
          FROM webcare_presence p
         CROSS JOIN LATERAL (SELECT CASE p.state WHEN 'present' THEN p.seen_at
                                    ELSE p.since END AS gone_at) AS g
         WHERE (p.state <> 'present'
                OR p.seen_at < now() - interval '{SEEN_WITHIN} seconds')
           AND (p.state <> 'break' OR g.gone_at < now() - interval '1 minute')),
    absent AS (
        SELECT k.id, k.agent_id, (extract(epoch FROM now() - did.left_at) / 60)::int,
               CASE WHEN did.left_at < now() - make_interval(mins => q.absent_minutes)
                    THEN 'absent' ELSE 'customer_wrote' END
          FROM gone
          JOIN webcare_presence p ON p.user_id = gone.user_id
          JOIN webcare_ticket k ON k.agent_id = gone.user_id
          JOIN webcare_queue q ON q.id = k.queue_id
         CROSS JOIN LATERAL (
               SELECT greatest(gone.gone_at, max(e.recorded_at)) AS left_at
                 FROM webcare_ticketevent e
                WHERE e.ticket_id = k.id AND e.actor_id = k.agent_id) AS did
         WHERE {_WAITING}
           AND gone.gone_at < now() - least(make_interval(mins => q.absent_minutes),
                                            interval '{GRACE} seconds')
           AND (did.left_at < now() - make_interval(mins => q.absent_minutes)
                OR (p.state <> 'break' AND k.last_message_at > did.left_at
                    AND q.absent_minutes IS NOT NULL
                    AND did.left_at < now() - interval '{GRACE} seconds'))
         LIMIT %(most)s),
    silent AS (
        SELECT k.id, k.agent_id,
               (extract(epoch FROM now() - did.last_at) / 60)::int, 'silent'
          FROM webcare_queue q
          JOIN webcare_ticket k ON k.queue_id = q.id
           AND k.waiting_since < now() - make_interval(mins => q.silence_minutes)
         CROSS JOIN LATERAL (
               SELECT max(e.recorded_at) AS last_at FROM webcare_ticketevent e
                WHERE e.ticket_id = k.id
                  AND (e.actor_id = k.agent_id OR e.kind = 'assigned')) AS did
         WHERE q.silence_minutes IS NOT NULL AND k.agent_id IS NOT NULL AND {_WAITING}
           AND did.last_at < now() - make_interval(mins => q.silence_minutes)
         LIMIT %(most)s),
    lost AS (
        SELECT DISTINCT ON (id) * FROM (
               SELECT * FROM absent UNION ALL SELECT * FROM silent
        ) AS found(id, agent, minutes, by) ORDER BY id, by)
    SELECT k.id, lost.agent, lost.minutes, lost.by
      FROM lost JOIN webcare_ticket k ON k.id = lost.id AND k.agent_id = lost.agent
     WHERE k.status = 'open'
     ORDER BY k.id FOR NO KEY UPDATE OF k SKIP LOCKED"""
