"""How well topics are told apart at the desk itself, and what it costs to be wrong."""

from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import Ticket, User
from webcare.queries import triage
from webcare.queries.sight import visible, visible_tickets

DAYS = 30
WEEKS = 8
MOST_NEXT = 20
MOST_MOVES = 10


class Week(NamedTuple):
    """What machines decided in a week, and how often people said otherwise."""

    week: Any
    decided: int
    corrected: int


class Routing(NamedTuple):
    """Tickets of the last 30 days: how many were routed, and moved by hand later.

    `seconds_until_moved` is the median from the first queue to the move.
    """

    routed: int
    without_a_hand: int
    moved: int
    seconds_until_moved: int | None


def weeks() -> list[Week]:
    """Return the last eight weeks that had decisions, oldest first."""
    rows = fetch(
        """WITH decided AS (
             SELECT ticket_id, min(recorded_at) AS at FROM webcare_ticketevent
              WHERE kind = 'classified' AND data->>'by' IN ('model', 'rule')
                AND recorded_at > now() - make_interval(weeks => %s)
              GROUP BY ticket_id),
           corrected AS (
             SELECT DISTINCT d.ticket_id FROM decided d
               JOIN webcare_ticketevent e ON e.ticket_id = d.ticket_id
                AND e.kind = 'classified' AND e.data->>'by' = 'person'
                AND e.recorded_at > d.at
                AND e.data->'topic' IS DISTINCT FROM e.data->'was')
           SELECT date_trunc('week', at)::date, count(*), count(c.ticket_id)
             FROM decided LEFT JOIN corrected c USING (ticket_id)
            GROUP BY 1 ORDER BY 1""",
        [WEEKS],
    )
    return [Week(*row) for row in rows]


# The first queue of each ticket, and the first move by a person after that.
_MOVES = """
WITH first AS (
       SELECT DISTINCT ON (ticket_id) ticket_id, recorded_at, data->'queue' AS q
         FROM webcare_ticketevent
        WHERE kind = 'routed' AND recorded_at > now() - make_interval(days => %(days)s)
        ORDER BY ticket_id, id),
     moved AS (
       SELECT DISTINCT ON (e.ticket_id) e.ticket_id, e.id, e.data->'queue' AS q,
              extract(epoch FROM e.recorded_at - f.recorded_at) AS seconds
         FROM first f JOIN webcare_ticketevent e ON e.ticket_id = f.ticket_id
        WHERE e.kind = 'routed' AND e.data->'why'->>'by' = 'person'
          AND e.recorded_at >= f.recorded_at
        ORDER BY e.ticket_id, e.id)
"""


def routing() -> Routing:
    """Return what it cost to send tickets to the wrong queue."""
    [row] = fetch(
        f"""{_MOVES}
           SELECT count(*),
                  count(*) FILTER (WHERE m.ticket_id IS NULL AND NOT q.is_triage),
                  count(m.ticket_id),
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY m.seconds)::int
             FROM first f LEFT JOIN moved m USING (ticket_id)
             LEFT JOIN webcare_queue q ON to_jsonb(q.id) = f.q""",
        {"days": DAYS},
    )
    return Routing(*row)


class Move(NamedTuple):
    """A ticket that a person moved on: from its first queue, and where to.

    `seconds` is how long it had stood in the first.
    """

    ticket: UUID
    number: int
    excerpt: str
    before: str
    after: str
    seconds: int


def newest_moves(user: User) -> list[Move]:
    """Return the newest ten of `routing`'s moves, of tickets that `user` may see."""
    seen, values = visible(user)
    rows = fetch(
        f"""{_MOVES}
           SELECT k.public_id, k.id, k.excerpt, coalesce(a.name, ''),
                  coalesce(b.name, ''), m.seconds::int
             FROM moved m JOIN first f USING (ticket_id)
             JOIN webcare_ticket k ON k.id = m.ticket_id
             LEFT JOIN webcare_queue a ON to_jsonb(a.id) = f.q
             LEFT JOIN webcare_queue b ON to_jsonb(b.id) = m.q
            WHERE {seen} ORDER BY m.id DESC LIMIT {MOST_MOVES}""",
        values | {"days": DAYS},
    )
    return [Move(*row) for row in rows]


def disagreements() -> list[tuple[int, int, int]]:
    """Return (topic, other topic, tickets) where two people chose differently.

    Of the last 30 days, most first.
    """
    return fetch(
        """WITH said AS (
             SELECT DISTINCT ON (ticket_id, actor_id)
                    ticket_id, actor_id, (data->>'topic')::bigint AS topic
               FROM webcare_ticketevent
              WHERE kind = 'classified' AND data->>'by' = 'person'
                AND actor_id IS NOT NULL AND data->>'topic' IS NOT NULL
                AND recorded_at > now() - make_interval(days => %s)
              ORDER BY ticket_id, actor_id, id DESC)
           SELECT a.topic, b.topic, count(DISTINCT a.ticket_id)
             FROM said a JOIN said b ON b.ticket_id = a.ticket_id
              AND b.actor_id <> a.actor_id AND a.topic < b.topic
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20""",
        [DAYS],
    )


def worth_labelling(user: User) -> list[Ticket]:
    """Return live tickets that `user` may see and nobody is sure of, at most twenty:
    those first of which a person's word teaches most.
    """
    order = triage.worth_labelling(user, MOST_NEXT)
    found = visible_tickets(user).in_bulk(order)
    return [found[pk] for pk in order if pk in found]
