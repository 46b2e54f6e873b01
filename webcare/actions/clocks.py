"""Promises start with a turn or a ticket, and stop with the answer or the end."""

from collections.abc import Sequence
from datetime import datetime

from conversations.models.bulk import fetch


def start(tickets: Sequence[int]) -> None:
    """Start the clocks that these tickets' waiting turns and openings call for.

    Targets are those of the queue a ticket is in when its clock starts; a clock that
    runs is not touched again. The ticket's `due_at` becomes its nearest promise.
    """
    fetch(
        """WITH wanted AS (
             SELECT k.id AS ticket_id, turn.id AS turn_id, turn.started_at,
                    CASE WHEN turn.number = 1 THEN 'first_response'
                         ELSE 'next_response' END AS promise,
                    CASE WHEN turn.number = 1 THEN q.first_response_seconds
                         ELSE q.next_response_seconds END AS target
               FROM webcare_ticket k
               JOIN webcare_queue q ON q.id = k.queue_id
               JOIN webcare_turn turn ON turn.ticket_id = k.id
                                     AND turn.outcome = 'waiting'
              WHERE k.id = ANY(%(tickets)s)
              UNION ALL
             SELECT k.id, NULL, k.opened_at, 'resolution', q.resolution_seconds
               FROM webcare_ticket k JOIN webcare_queue q ON q.id = k.queue_id
              WHERE k.id = ANY(%(tickets)s)
                AND k.status NOT IN ('resolved', 'closed')
           ), started AS (
             INSERT INTO webcare_clock
                    (ticket_id, promise, turn_id, started_at, target_seconds, due_at)
             SELECT ticket_id, promise, turn_id, started_at, target,
                    started_at + make_interval(secs => target)
               FROM wanted
                 ON CONFLICT (ticket_id, promise, turn_id) DO UPDATE
                SET stopped_at = NULL WHERE webcare_clock.turn_id IS NULL
             RETURNING ticket_id, due_at)
           UPDATE webcare_ticket k
              SET due_at = least(k.due_at, nearest.due_at)
             FROM (SELECT ticket_id, min(due_at) AS due_at
                     FROM started GROUP BY ticket_id) AS nearest
            WHERE k.id = nearest.ticket_id""",
        {"tickets": list(tickets)},
    )


def stop_resolution(ticket: int, at: datetime) -> None:
    """Stop the promise to resolve a ticket at the moment it was resolved."""
    fetch(
        """UPDATE webcare_clock SET stopped_at = %s
            WHERE ticket_id = %s AND promise = 'resolution' AND stopped_at IS NULL""",
        [at, ticket],
    )
