"""Promises start with a turn or a ticket, and stop with the answer or the end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from conversations.models.bulk import fetch


def start(queues: Mapping[int, int]) -> dict[int, datetime]:
    """Start the clocks that tickets' waiting turns and openings call for.

    `queues` maps a ticket to the queue whose targets hold for clocks that start now;
    one that runs keeps its target, and begins earlier when its turn or ticket turns
    out to have; a stopped promise to resolve runs on. Returns the nearest moment due
    per ticket, among the clocks that were started or moved.
    """
    started = fetch(
        """WITH placed AS (
             SELECT k.id, k.opened_at, q.first_response_seconds,
                    q.next_response_seconds, q.resolution_seconds
               FROM unnest(%s::bigint[], %s::bigint[]) AS given(ticket, queue)
               JOIN webcare_ticket k ON k.id = given.ticket
               JOIN webcare_queue q ON q.id = given.queue
              WHERE k.status NOT IN ('resolved', 'closed')
           ), wanted AS (
             SELECT p.id AS ticket_id, t.id AS turn_id, t.started_at,
                    CASE t.number WHEN 1 THEN 'first_response'
                                  ELSE 'next_response' END AS promise,
                    CASE t.number WHEN 1 THEN p.first_response_seconds
                                  ELSE p.next_response_seconds END AS target
               FROM placed p JOIN webcare_turn t
                 ON t.ticket_id = p.id AND t.outcome = 'waiting'
              UNION ALL
             SELECT id, NULL, opened_at, 'resolution', resolution_seconds FROM placed
           )
           INSERT INTO webcare_clock AS c
                  (ticket_id, turn_id, started_at, promise, target_seconds, due_at)
           SELECT wanted.*, started_at + make_interval(secs => target) FROM wanted
               ON CONFLICT (ticket_id, promise, turn_id) DO UPDATE
              SET stopped_at = NULL,
                  started_at = least(c.started_at, EXCLUDED.started_at),
                  due_at = least(c.started_at, EXCLUDED.started_at)
                           + make_interval(secs => c.target_seconds)
            WHERE c.stopped_at IS NOT NULL OR EXCLUDED.started_at < c.started_at
        RETURNING ticket_id, due_at""",
        [list(queues), list(queues.values())],
    )
    nearest: dict[int, datetime] = {}
    for ticket, due_at in started:
        nearest[ticket] = min(due_at, nearest.get(ticket, due_at))
    return nearest


def resume(tickets: Sequence[int]) -> None:
    """Let the promise to resolve run on, on tickets that are live again.

    `due_at` becomes the nearest of their running promises.
    """
    fetch(
        """WITH resumed AS (
             UPDATE webcare_clock SET stopped_at = NULL
              WHERE ticket_id = ANY(%(tickets)s) AND promise = 'resolution')
           UPDATE webcare_ticket k
              SET due_at = (SELECT min(c.due_at) FROM webcare_clock c
                             WHERE c.ticket_id = k.id
                               AND (c.stopped_at IS NULL OR c.promise = 'resolution'))
            WHERE k.id = ANY(%(tickets)s)""",
        {"tickets": list(tickets)},
    )


def stop_resolution(ticket: int, at: datetime) -> None:
    """Stop the promise to resolve a ticket at the moment it was resolved."""
    fetch(
        """UPDATE webcare_clock SET stopped_at = %s
            WHERE ticket_id = %s AND promise = 'resolution' AND stopped_at IS NULL""",
        [at, ticket],
    )
