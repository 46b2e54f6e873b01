"""Turns begin with an author's unanswered message and end with our answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.actions import clocks
from webcare.actions.engagement import Message


class Answer(NamedTuple):
    """A message of ours, and the ticket whose author it answers."""

    ticket: int
    at: datetime  # the platform's acceptance
    message: int
    by: int | None  # the agent; None when it was written outside the desk


class Said(NamedTuple):
    """A new message, where its turn is measured, and the ticket it stands in."""

    origin: int
    stands: int
    message: Message


def start(news: Sequence[Said]) -> None:
    """Open a turn where each was said, or move the start of the open one back.

    Of several the earliest counts. A message that arrives late may be older than the
    turn that waits already: the clock runs from the earliest one.
    """
    if not news:
        return
    fetch(
        """WITH given AS (
             SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[],
                                  %s::bigint[], %s::bigint[])
                    AS given(ticket, stands, at, message, channel)
           ), started AS (
             INSERT INTO webcare_turn AS t
                    (ticket_id, number, started_at, first_message_id, channel_id)
             SELECT first.ticket, 1 + coalesce(
                        (SELECT max(number) FROM webcare_turn
                          WHERE ticket_id = first.ticket), 0),
                    first.at, first.message, first.channel
               FROM (SELECT DISTINCT ON (ticket) * FROM given
                      ORDER BY ticket, at, message) AS first
                 ON CONFLICT (ticket_id) WHERE outcome = 'waiting' DO UPDATE
                SET started_at = least(t.started_at, EXCLUDED.started_at),
                    first_message_id = CASE
                        WHEN EXCLUDED.started_at < t.started_at
                        THEN EXCLUDED.first_message_id ELSE t.first_message_id END)
           UPDATE webcare_ticket k SET waiting_since = said.at
             FROM (SELECT stands, min(at) AS at FROM given GROUP BY stands) AS said
            WHERE k.id = said.stands
              AND (k.waiting_since IS NULL OR k.waiting_since > said.at)""",
        [
            [one.origin for one in news],
            [one.stands for one in news],
            [one.message.posted_at for one in news],
            [one.message.id for one in news],
            [one.message.channel for one in news],
        ],
    )


def answer(answers: Sequence[Answer]) -> None:
    """Close the turns that these messages of ours answer, and stop their clocks.

    An answer ends the waiting turn of its own ticket, and of every ticket by which a
    message came in that stands in it now. A turn's length is counted in whole
    calendar seconds from the author's earliest unanswered message to the platform's
    acceptance; who, queue, topic and priority are written down as they are now. A
    turn that began after the answer stays open, and one that is closed already is not
    touched.
    """
    if answers:
        fetch(
            f"""WITH given AS (
                 SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],
                                      %s::bigint[]) AS given(ticket, at, message, by)
               ), homes AS (
                 SELECT ticket, ticket AS home FROM given
                  UNION
                 SELECT given.ticket, tm.origin_ticket_id
                   FROM given JOIN webcare_ticketmessage tm
                     ON tm.ticket_id = given.ticket
               ), ends AS (
                 SELECT DISTINCT ON (t.id) t.id AS turn, given.*
                   FROM given JOIN homes USING (ticket)
                   JOIN webcare_turn t ON t.ticket_id = homes.home
                    AND t.outcome = 'waiting' AND t.started_at <= given.at
                  ORDER BY t.id, given.at
               ), answered AS (
                 UPDATE webcare_turn t
                    SET outcome = 'answered', ended_at = ends.at,
                        answer_id = ends.message, answered_by_id = ends.by,
                        calendar_seconds = floor(extract(
                            epoch FROM ends.at - t.started_at)),
                        queue_id = k.queue_id, topic_id = k.topic_id,
                        priority = k.priority
                   FROM ends, webcare_ticket k
                  WHERE t.id = ends.turn AND k.id = t.ticket_id
                    AND t.outcome = 'waiting'
              RETURNING t.id, t.ticket_id, t.calendar_seconds, t.ended_at
               ), stopped AS (
                 UPDATE webcare_clock c SET stopped_at = answered.ended_at
                   FROM answered
                  WHERE c.ticket_id = answered.ticket_id AND c.turn_id = answered.id
                    AND c.stopped_at IS NULL
               ), news AS (
                 SELECT id, bool_or(is_here) AS is_here, min(seconds) AS seconds
                   FROM (SELECT ticket_id AS id, false AS is_here,
                                calendar_seconds AS seconds FROM answered
                          UNION ALL
                         SELECT k.id, true, NULL
                           FROM given JOIN webcare_ticket k ON k.id = given.ticket
                          WHERE k.waiting_since <= given.at
                             OR k.id IN (SELECT ticket_id FROM answered)) AS each
                  GROUP BY id)
               UPDATE webcare_ticket k
                  SET first_response_seconds = coalesce(
                          k.first_response_seconds, news.seconds),
                      waiting_since = CASE WHEN news.is_here
                          THEN {WAITING.format(but="answered")}
                          ELSE k.waiting_since END,
                      due_at = CASE WHEN news.is_here
                          THEN {clocks.DUE.format(but="answered")}
                          ELSE k.due_at END,
                      changed_at = now(), version = version + 1
                 FROM news WHERE k.id = news.id""",
            [
                [one.ticket for one in answers],
                [one.at for one in answers],
                [one.message for one in answers],
                [one.by for one in answers],
            ],
        )


# The earliest message in the ticket `k` of a turn that waits; those in `but` do not.
WAITING = """(
    SELECT min(m.posted_at)
      FROM webcare_ticketmessage tm
      JOIN webcare_turn t ON t.ticket_id = tm.origin_ticket_id
       AND t.outcome = 'waiting' AND t.id NOT IN (SELECT id FROM {but})
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE tm.ticket_id = k.id AND m.direction = 'in'
       AND m.posted_at >= t.started_at)"""


def leave(tickets: Sequence[int], at: datetime) -> dict[int, list[int]]:
    """Close the waiting turns of tickets without an answer, on purpose.

    They leave the response times and are counted on their own; a promise already
    broken stays broken. A turn of which another live ticket has a message goes on.
    Returns each ticket's turns; one that several of them share is with the last.
    """
    left: dict[int, list[int]] = {ticket: [] for ticket in tickets}
    ended = fetch(
        """WITH given AS (
             SELECT unnest(%(tickets)s::bigint[]) AS ticket
           ), homes AS (
             SELECT ticket, ticket AS home FROM given
              UNION
             SELECT given.ticket, tm.origin_ticket_id
               FROM given JOIN webcare_ticketmessage tm
                 ON tm.ticket_id = given.ticket
           ), unended AS (
             SELECT id, ticket_id, started_at FROM webcare_turn
              WHERE ticket_id IN (SELECT home FROM homes) AND outcome = 'waiting'
           ), everywhere AS (
             SELECT t.id, t.started_at, tm.message_id, tm.ticket_id
               FROM unended t
               JOIN webcare_ticketmessage tm ON tm.ticket_id = t.ticket_id
              UNION ALL
             SELECT t.id, t.started_at, tm.message_id, tm.ticket_id
               FROM unended t
               JOIN webcare_ticketmessage tm ON tm.origin_ticket_id = t.ticket_id
                AND tm.ticket_id <> tm.origin_ticket_id
           ), holders AS (
             SELECT DISTINCT e.id, e.ticket_id,
                    e.ticket_id IN (SELECT ticket FROM given) AS is_given
               FROM everywhere e
               JOIN conversations_message m ON m.id = e.message_id
              WHERE m.direction = 'in' AND m.posted_at >= e.started_at
           ), goes_on AS (
             SELECT h.id FROM holders h JOIN webcare_ticket k ON k.id = h.ticket_id
              WHERE NOT h.is_given AND k.status NOT IN ('resolved', 'closed')
           ), ended AS (
             UPDATE webcare_turn t
                SET outcome = 'left', ended_at = greatest(%(at)s, t.started_at),
                    calendar_seconds = greatest(0, floor(extract(
                        epoch FROM %(at)s - t.started_at))),
                    queue_id = k.queue_id, topic_id = k.topic_id,
                    priority = k.priority
               FROM webcare_ticket k
              WHERE t.ticket_id IN (SELECT home FROM homes) AND k.id = t.ticket_id
                AND t.outcome = 'waiting'
                AND t.id NOT IN (SELECT id FROM goes_on)
          RETURNING t.id, t.ticket_id
           ), stopped AS (
             UPDATE webcare_clock c SET stopped_at = %(at)s FROM ended
              WHERE c.ticket_id = ended.ticket_id AND c.turn_id = ended.id
                AND c.stopped_at IS NULL)
           SELECT coalesce(last.ticket, home.ticket), ended.id
             FROM ended
             JOIN (SELECT home, min(ticket) AS ticket FROM homes GROUP BY home) AS home
               ON home.home = ended.ticket_id
             LEFT JOIN (SELECT id, max(ticket_id) AS ticket FROM holders
                         WHERE is_given GROUP BY id) AS last ON last.id = ended.id
            ORDER BY ended.id""",
        {"tickets": list(tickets), "at": at},
    )
    for ticket, turn in ended:
        left[ticket].append(turn)
    return left


def take_up(turns: Sequence[int], left_at: datetime) -> None:
    """Let turns that were left at `left_at` wait on as if they had not been."""
    fetch(
        """WITH waiting AS (
             UPDATE webcare_turn
                SET outcome = 'waiting', ended_at = NULL, calendar_seconds = NULL,
                    queue_id = NULL, topic_id = NULL, priority = 'normal'
              WHERE id = ANY(%s) AND outcome = 'left'
          RETURNING id, ticket_id)
           UPDATE webcare_clock c SET stopped_at = NULL FROM waiting
            WHERE c.ticket_id = waiting.ticket_id AND c.turn_id = waiting.id
              AND c.stopped_at = %s""",
        [list(turns), left_at],
    )


def let_go(message: int, stands: int, at: datetime) -> None:
    """Take a message that nobody has to answer out of the turn that waits for it.

    The turn, with its clock, begins with the first of its messages that we still
    answer; one of which nothing is left is closed without an answer, on purpose.
    """
    fetch(
        """WITH turn AS (
             SELECT t.id, t.ticket_id, t.started_at FROM webcare_ticketmessage tm
               JOIN webcare_turn t
                 ON t.ticket_id = tm.origin_ticket_id AND t.outcome = 'waiting'
              WHERE tm.message_id = %(message)s
           ), first AS (
             SELECT turn.id AS turn, turn.ticket_id, m.id, m.posted_at
               FROM turn
               JOIN webcare_ticketmessage tm ON tm.origin_ticket_id = turn.ticket_id
               JOIN conversations_message m ON m.id = tm.message_id
                AND m.direction = 'in' AND m.posted_at >= turn.started_at
               JOIN webcare_decision d ON d.message_id = m.id AND d.verdict = 'answer'
              ORDER BY m.posted_at, m.id LIMIT 1
           ), moved AS (
             UPDATE webcare_turn t
                SET started_at = first.posted_at, first_message_id = first.id
               FROM first WHERE t.id = first.turn
           ), ended AS (
             UPDATE webcare_turn t
                SET outcome = 'left', ended_at = greatest(%(at)s, t.started_at),
                    calendar_seconds = greatest(0, floor(extract(
                        epoch FROM %(at)s - t.started_at))),
                    queue_id = k.queue_id, topic_id = k.topic_id,
                    priority = k.priority
               FROM turn JOIN webcare_ticket k ON k.id = turn.ticket_id
              WHERE t.id = turn.id AND NOT EXISTS (SELECT FROM first)
          RETURNING t.id, t.ticket_id
           ), stopped AS (
             UPDATE webcare_clock c SET stopped_at = %(at)s FROM ended
              WHERE c.ticket_id = ended.ticket_id AND c.turn_id = ended.id
                AND c.stopped_at IS NULL)
           UPDATE webcare_clock c
              SET started_at = first.posted_at,
                  due_at = first.posted_at + make_interval(secs => c.target_seconds)
             FROM first
            WHERE c.ticket_id = first.ticket_id AND c.turn_id = first.turn
              AND c.stopped_at IS NULL""",
        {"message": message, "at": at},
    )
    fetch(
        f"""UPDATE webcare_ticket k
               SET waiting_since = {WAITING.format(but=clocks.NONE)},
                   due_at = {clocks.DUE.format(but=clocks.NONE)}
             WHERE k.id = %s""",
        [stands],
    )


def sign(answers: Sequence[Answer]) -> None:
    """Write the agent's name under turns that our own post closed before.

    A platform may tell us of our post before it answers the call that made it.
    """
    if answers:
        fetch(
            """UPDATE webcare_turn t SET answered_by_id = given.by
                 FROM unnest(%s::bigint[], %s::bigint[]) AS given(message, by)
                 JOIN webcare_ticketmessage tm ON tm.message_id = given.message
                WHERE t.ticket_id IN (
                          SELECT tm.ticket_id UNION
                          SELECT said.origin_ticket_id FROM webcare_ticketmessage said
                           WHERE said.ticket_id = tm.ticket_id)
                  AND t.answer_id = given.message
                  AND t.answered_by_id IS NULL""",
            [[one.message for one in answers], [one.by for one in answers]],
        )
