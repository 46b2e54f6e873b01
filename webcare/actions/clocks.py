"""Promises start with a turn or a ticket, and stop with the answer or the end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from conversations.models.bulk import fetch

# The nearest promise that still runs on the ticket `k`: its own, those of tickets that
# were merged into it, and those of turns that messages in it wait in. Clocks stay
# where they were started. Turns in `but` have just ended.
DUE = """(
    SELECT min(c.due_at) FROM webcare_clock c
     WHERE c.stopped_at IS NULL
       AND (c.turn_id IS NULL OR c.turn_id NOT IN (SELECT id FROM {but}))
       AND c.ticket_id = ANY(ARRAY(
           SELECT k.id UNION ALL
           SELECT f.id FROM webcare_ticket f WHERE f.merged_into_id = k.id UNION ALL
           SELECT tm.origin_ticket_id
             FROM webcare_ticketmessage tm
             JOIN webcare_turn t ON t.ticket_id = tm.origin_ticket_id
              AND t.outcome = 'waiting'
             JOIN conversations_message m ON m.id = tm.message_id
            WHERE tm.ticket_id = k.id AND tm.origin_ticket_id <> k.id
              AND m.direction = 'in' AND m.posted_at >= t.started_at))
       AND (c.turn_id IS NOT NULL OR c.ticket_id = k.id
            OR EXISTS (SELECT FROM webcare_ticket f
                        WHERE f.id = c.ticket_id AND f.merged_into_id = k.id)))"""
NONE = "(SELECT NULL::bigint AS id WHERE false) AS none"


def start(queues: Mapping[int, int]) -> dict[int, datetime]:
    """Start the clocks that tickets' waiting turns and openings call for.

    `queues` maps a ticket to the queue whose targets hold for clocks that start now;
    one that runs keeps its target, and begins earlier when its turn or ticket turns
    out to have; a stopped promise to resolve runs on. The clock of a turn stands with
    the turn, whichever ticket its messages are in. Returns the nearest moment due per
    ticket, among the clocks that were started or moved.
    """
    nearest = fetch(
        """WITH placed AS (
             SELECT k.id, k.opened_at, q.first_response_seconds,
                    q.next_response_seconds, q.resolution_seconds
               FROM unnest(%s::bigint[], %s::bigint[]) AS given(ticket, queue)
               JOIN webcare_ticket k ON k.id = given.ticket
               JOIN webcare_queue q ON q.id = given.queue
              WHERE k.status NOT IN ('resolved', 'closed')
           ), waits AS (
             SELECT p.id AS placed, t.id AS turn
               FROM placed p JOIN webcare_turn t
                 ON t.ticket_id = p.id AND t.outcome = 'waiting'
              UNION
             SELECT p.id, t.id
               FROM placed p
               JOIN webcare_ticketmessage tm
                 ON tm.ticket_id = p.id AND tm.origin_ticket_id <> p.id
               JOIN webcare_turn t
                 ON t.ticket_id = tm.origin_ticket_id AND t.outcome = 'waiting'
               JOIN conversations_message m
                 ON m.id = tm.message_id AND m.posted_at >= t.started_at
           ), wanted AS (
             SELECT p.id AS placed, t.ticket_id, t.id AS turn_id, t.started_at,
                    CASE t.number WHEN 1 THEN 'first_response'
                                  ELSE 'next_response' END AS promise,
                    CASE t.number WHEN 1 THEN p.first_response_seconds
                                  ELSE p.next_response_seconds END AS target
               FROM waits JOIN placed p ON p.id = waits.placed
               JOIN webcare_turn t ON t.id = waits.turn
              UNION ALL
             SELECT id, id, NULL, opened_at, 'resolution', resolution_seconds
               FROM placed
           ), started AS (
             INSERT INTO webcare_clock AS c
                    (ticket_id, turn_id, started_at, promise, target_seconds, due_at)
             SELECT DISTINCT ON (ticket_id, turn_id, promise)
                    ticket_id, turn_id, started_at, promise, target,
                    started_at + make_interval(secs => target)
               FROM wanted ORDER BY ticket_id, turn_id, promise, placed
                 ON CONFLICT (ticket_id, promise, turn_id) DO UPDATE
                SET stopped_at = NULL,
                    started_at = least(c.started_at, EXCLUDED.started_at),
                    due_at = least(c.started_at, EXCLUDED.started_at)
                             + make_interval(secs => c.target_seconds)
              WHERE c.stopped_at IS NOT NULL OR EXCLUDED.started_at < c.started_at
          RETURNING ticket_id, turn_id, due_at)
           SELECT w.placed, min(s.due_at) FROM started s
             JOIN wanted w ON w.ticket_id = s.ticket_id
              AND w.turn_id IS NOT DISTINCT FROM s.turn_id
            GROUP BY w.placed""",
        [list(queues), list(queues.values())],
    )
    return dict(nearest)


def resume(tickets: Sequence[int]) -> None:
    """Let the promises to resolve run on, on tickets that are live again.

    With those of the tickets merged into them. `due_at` becomes the nearest of the
    promises that run.
    """
    fetch(
        """UPDATE webcare_clock c SET stopped_at = NULL
             FROM webcare_ticket k
            WHERE (k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s))
              AND c.ticket_id = k.id AND c.promise = 'resolution'
              AND c.stopped_at IS NOT NULL""",
        {"tickets": list(tickets)},
    )
    fetch(
        f"UPDATE webcare_ticket k SET due_at = {DUE.format(but=NONE)}"
        "  WHERE k.id = ANY(%s)",
        [list(tickets)],
    )


def run_on(tickets: Sequence[int], *, since: datetime) -> None:
    """Take back that the promises to resolve were stopped at `since`."""
    fetch(
        """UPDATE webcare_clock c SET stopped_at = NULL FROM webcare_ticket k
            WHERE (k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s))
              AND c.ticket_id = k.id
              AND c.promise = 'resolution' AND c.stopped_at = %(since)s""",
        {"tickets": list(tickets), "since": since},
    )


def stop_resolution(tickets: Sequence[int], at: datetime) -> None:
    """Stop the promises to resolve these tickets, and what was merged into them."""
    fetch(
        """UPDATE webcare_clock c SET stopped_at = %(at)s
             FROM webcare_ticket k
            WHERE (k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s))
              AND c.ticket_id = k.id AND c.promise = 'resolution'
              AND c.stopped_at IS NULL""",
        {"tickets": list(tickets), "at": at},
    )
