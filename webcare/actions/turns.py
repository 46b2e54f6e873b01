"""Turns begin with an author's unanswered message and end with our answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.actions.engagement import Message


class Answer(NamedTuple):
    """A message of ours, and the ticket whose author it answers."""

    ticket: int
    at: datetime  # the platform's acceptance
    message: int
    by: int | None  # the agent; None when it was written outside the desk


def start(first_unanswered: Mapping[int, Message]) -> list[int]:
    """Open a turn on each ticket, or move the start of the open one back.

    `first_unanswered` maps a ticket to the earliest of its author's new messages. A
    message that arrives late may be older than the turn that waits already: the
    clock runs from the earliest one. Returns the tickets.
    """
    if not first_unanswered:
        return []
    tickets = sorted(first_unanswered)
    messages = [first_unanswered[ticket] for ticket in tickets]
    fetch(
        """WITH started AS (
             INSERT INTO webcare_turn AS t
                    (ticket_id, number, started_at, first_message_id, channel_id)
             SELECT given.ticket, 1 + coalesce(
                        (SELECT max(number) FROM webcare_turn
                          WHERE ticket_id = given.ticket), 0),
                    given.at, given.message, given.channel
               FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[])
                    AS given(ticket, at, message, channel)
                 ON CONFLICT (ticket_id) WHERE outcome = 'waiting' DO UPDATE
                SET started_at = least(t.started_at, EXCLUDED.started_at),
                    first_message_id = CASE
                        WHEN EXCLUDED.started_at < t.started_at
                        THEN EXCLUDED.first_message_id ELSE t.first_message_id END
             RETURNING ticket_id, started_at)
           UPDATE webcare_ticket k SET waiting_since = started.started_at
             FROM started
            WHERE k.id = started.ticket_id
              AND k.waiting_since IS DISTINCT FROM started.started_at""",
        [
            tickets,
            [message.posted_at for message in messages],
            [message.id for message in messages],
            [message.channel for message in messages],
        ],
    )
    return tickets


def answer(answers: Sequence[Answer]) -> None:
    """Close the turns that these messages of ours answer, and stop their clocks.

    A turn's length is counted in whole calendar seconds from the author's earliest
    unanswered message to the platform's acceptance; who, queue, topic and priority
    are written down as they are now. A turn that began after the answer stays open,
    and one that is closed already is not touched.
    """
    first = {one.ticket: one for one in sorted(answers, key=lambda one: one.at)[::-1]}
    if first:
        fetch(
            """WITH answered AS (
                 UPDATE webcare_turn t
                    SET outcome = 'answered', ended_at = given.at,
                        answer_id = given.message, answered_by_id = given.by,
                        calendar_seconds = floor(extract(
                            epoch FROM given.at - t.started_at)),
                        queue_id = k.queue_id, topic_id = k.topic_id,
                        priority = k.priority
                   FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],
                               %s::bigint[]) AS given(ticket, at, message, by)
                   JOIN webcare_ticket k ON k.id = given.ticket
                  WHERE t.ticket_id = given.ticket AND t.outcome = 'waiting'
                    AND t.started_at <= given.at
              RETURNING t.id, t.ticket_id, t.number, t.calendar_seconds, t.ended_at
               ), stopped AS (
                 UPDATE webcare_clock c SET stopped_at = answered.ended_at
                   FROM answered
                  WHERE c.turn_id = answered.id AND c.stopped_at IS NULL
              RETURNING c.id)
               UPDATE webcare_ticket k
                  SET waiting_since = NULL,
                      first_response_seconds = coalesce(
                          k.first_response_seconds, answered.calendar_seconds),
                      due_at = (SELECT min(c.due_at) FROM webcare_clock c
                                 WHERE c.ticket_id = k.id AND c.stopped_at IS NULL
                                   AND c.turn_id IS DISTINCT FROM answered.id),
                      changed_at = now(), version = version + 1
                 FROM answered WHERE k.id = answered.ticket_id""",
            [
                list(first),
                [one.at for one in first.values()],
                [one.message for one in first.values()],
                [one.by for one in first.values()],
            ],
        )


def leave(ticket: int, at: datetime) -> None:
    """Close the waiting turn of a ticket without an answer, on purpose.

    It leaves the response times and is counted on its own; a promise already broken
    stays broken.
    """
    fetch(
        """WITH ended AS (
             UPDATE webcare_turn t
                SET outcome = 'left', ended_at = greatest(%s, t.started_at),
                    calendar_seconds = greatest(0, floor(extract(
                        epoch FROM %s - t.started_at))),
                    queue_id = k.queue_id, topic_id = k.topic_id,
                    priority = k.priority
               FROM webcare_ticket k
              WHERE t.ticket_id = %s AND k.id = t.ticket_id
                AND t.outcome = 'waiting'
          RETURNING t.id)
           UPDATE webcare_clock c SET stopped_at = %s FROM ended
            WHERE c.turn_id = ended.id AND c.stopped_at IS NULL""",
        [at, at, ticket, at],
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
                WHERE t.ticket_id = tm.ticket_id AND t.answer_id = given.message
                  AND t.answered_by_id IS NULL""",
            [[one.message for one in answers], [one.by for one in answers]],
        )
