"""Turns begin with an author's unanswered message and end with our answer."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch, ids
from webcare.actions import acknowledgements, clocks
from webcare.actions.engagement import Message
from webcare.queries.business_time import CALENDAR_OF, Lasted, business_seconds


class Said(NamedTuple):
    """A new message, where its turn is measured, and the ticket it stands in."""

    origin: int
    stands: int
    message: Message


class Ended(NamedTuple):
    """A turn that came to its end, and by which calendar its time is counted."""

    id: int
    ticket: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    language: str
    calendar: int | None
    first_message: int | None

    @property
    def told(self) -> list[Any]:
        """What the log says of it, beside what it says of the ticket anyhow."""
        return [self.ticket, self.number, self.language, self.calendar]


def start(news: Sequence[Said]) -> None:
    """Open a turn where each was said, or move the start of the open one back.

    Of several the earliest counts. A message that arrives late may be older than the
    turn that waits already: the clock runs from the earliest one.
    """
    if not news:
        return
    acknowledged = fetch(
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
                        THEN EXCLUDED.first_message_id ELSE t.first_message_id END
          RETURNING t.id, t.acknowledged_at
           ), shown AS (
             UPDATE webcare_ticket k SET waiting_since = said.at
               FROM (SELECT stands, min(at) AS at FROM given GROUP BY stands) AS said
              WHERE k.id = said.stands
                AND (k.waiting_since IS NULL OR k.waiting_since > said.at))
           SELECT id FROM started WHERE acknowledged_at IS NOT NULL""",
        [
            [one.origin for one in news],
            [one.stands for one in news],
            [one.message.posted_at for one in news],
            [one.message.id for one in news],
            [one.message.channel for one in news],
        ],
    )
    acknowledgements.measure(ids(acknowledged))


# Of a turn `t` that ends now: where its ticket `k` is, and what that says of its time.
AS_IT_IS = f"""queue_id = k.queue_id, topic_id = k.topic_id, priority = k.priority,
    language = k.language,
    calendar_version_id = {CALENDAR_OF.format(queue="k.queue_id")}"""
_LEFT = f"""outcome = 'left', ended_at = greatest(%(at)s, t.started_at),
    calendar_seconds = greatest(0, floor(extract(epoch FROM %(at)s - t.started_at))),
    {AS_IT_IS}"""
ENDED = """t.id, t.ticket_id, t.number, t.started_at, t.ended_at, t.language,
    t.calendar_version_id, t.first_message_id"""


def measure(ended: Sequence[Ended]) -> None:
    """Write down how long these took in open hours: one statement."""
    if not ended:
        return
    lengths = business_seconds(
        [
            Lasted(one.calendar, one.started_at, max(one.started_at, one.ended_at))
            for one in ended
            if one.ended_at
        ]
    )
    fetch(
        """UPDATE webcare_turn t
              SET business_seconds = given.seconds, in_hours = given.in_hours
             FROM unnest(%s::bigint[], %s::bigint[], %s::bool[])
                  AS given(id, seconds, in_hours)
            WHERE t.id = given.id""",
        [
            [one.id for one in ended],
            [one.seconds for one in lengths],
            [one.in_hours for one in lengths],
        ],
    )


def told(ended: Iterable[Ended]) -> dict[str, Any]:
    """What the line that ended turns says of them, so that the log alone knows."""
    return {"facts": {"turns": [one.told for one in ended]}}


# The earliest message in the ticket `k` of a turn that waits; those in `but` do not.
WAITING = """(
    SELECT min(greatest(m.posted_at, t.started_at))
      FROM webcare_ticketmessage tm
      JOIN webcare_turn t ON t.ticket_id = tm.origin_ticket_id
       AND t.outcome = 'waiting' AND t.id NOT IN (SELECT id FROM {but})
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE tm.ticket_id = k.id AND m.direction = 'in'
       AND {of_turn})""".replace("{of_turn}", clocks.OF_TURN)


def leave(tickets: Sequence[int], at: datetime) -> dict[int, list[Ended]]:
    """Close the waiting turns of tickets without an answer, on purpose.

    They leave the response times and are counted on their own; a promise already
    broken stays broken. A turn of which another live ticket has a message goes on.
    Returns each ticket's turns; one that several of them share is with the last.
    """
    left: dict[int, list[Ended]] = {ticket: [] for ticket in tickets}
    rows = fetch(
        f"""WITH given AS (
             SELECT unnest(%(tickets)s::bigint[]) AS ticket
           ), homes AS (
             SELECT ticket, ticket AS home FROM given
              UNION
             SELECT given.ticket, tm.origin_ticket_id
               FROM given JOIN webcare_ticketmessage tm
                 ON tm.ticket_id = given.ticket
           ), unended AS (
             SELECT id, ticket_id, started_at, first_message_id FROM webcare_turn
              WHERE ticket_id IN (SELECT home FROM homes) AND outcome = 'waiting'
           ), everywhere AS (
             SELECT t.*, tm.message_id, tm.ticket_id AS stands
               FROM unended t
               JOIN webcare_ticketmessage tm ON tm.ticket_id = t.ticket_id
              UNION ALL
             SELECT t.*, tm.message_id, tm.ticket_id AS stands
               FROM unended t
               JOIN webcare_ticketmessage tm ON tm.origin_ticket_id = t.ticket_id
                AND tm.ticket_id <> tm.origin_ticket_id
           ), holders AS (
             SELECT DISTINCT t.id, t.stands AS ticket_id,
                    t.stands IN (SELECT ticket FROM given) AS is_given
               FROM everywhere t
               JOIN conversations_message m ON m.id = t.message_id
              WHERE m.direction = 'in' AND {clocks.OF_TURN}
           ), goes_on AS (
             SELECT h.id FROM holders h JOIN webcare_ticket k ON k.id = h.ticket_id
              WHERE NOT h.is_given AND k.status NOT IN ('resolved', 'closed')
           ), ended AS (
             UPDATE webcare_turn t
                SET {_LEFT}
               FROM webcare_ticket k
              WHERE t.ticket_id IN (SELECT home FROM homes) AND k.id = t.ticket_id
                AND t.outcome = 'waiting'
                AND t.id NOT IN (SELECT id FROM goes_on)
          RETURNING {ENDED}
           ), stopped AS (
             UPDATE webcare_clock c
                SET {clocks.STOP.format(at="ended.ended_at")}
               FROM ended
              WHERE c.ticket_id = ended.ticket_id AND c.turn_id = ended.id
                AND c.stopped_at IS NULL)
           SELECT coalesce(last.ticket, home.ticket), ended.*
             FROM ended
             JOIN (SELECT home, min(ticket) AS ticket FROM homes GROUP BY home) AS home
               ON home.home = ended.ticket_id
             LEFT JOIN (SELECT id, max(ticket_id) AS ticket FROM holders
                         WHERE is_given GROUP BY id) AS last ON last.id = ended.id
            ORDER BY ended.id""",
        {"tickets": list(tickets), "at": at},
    )
    for ticket, *facts in rows:
        left[ticket].append(Ended(*facts))
    measure([one for those in left.values() for one in those])
    return left


def take_up(turns: Sequence[int]) -> list[int]:
    """Let turns that were left wait on as if they had not been; returns those that do.

    One after which its author has begun another stays left. What was known of them is
    kept, for reports as of then; clocks follow the log.
    """
    taken = fetch(
        """UPDATE webcare_turn t
              SET outcome = 'waiting', ended_at = NULL, calendar_seconds = NULL,
                  business_seconds = NULL, in_hours = NULL,
                  calendar_version_id = NULL, queue_id = NULL, topic_id = NULL,
                  priority = 'normal', language = ''
            WHERE id = ANY(%s) AND outcome = 'left'
              AND NOT EXISTS (SELECT FROM webcare_turn later
                               WHERE later.ticket_id = t.ticket_id
                                 AND later.number > t.number)
        RETURNING id""",
        [list(turns)],
    )
    return ids(taken)


def wait_again(tickets: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Let whoever these tickets were closed on without an answer wait since they asked.

    For tickets that are opened again, before the log says so; returns what it says.
    """
    left = _left_by_the_end(tickets)
    again = set(take_up([turn for turns in left.values() for turn in turns]))
    back = [ticket for ticket, turns in left.items() if again.intersection(turns)]
    if back:
        fetch(
            f"""UPDATE webcare_ticket k
                   SET waiting_since = {WAITING.format(but=clocks.NONE)}
                 WHERE k.id = ANY(%s)""",
            [back],
        )
    return {one: {"facts": {"waits": True}} if one in back else {} for one in tickets}


def _left_by_the_end(tickets: Sequence[int]) -> dict[int, list[int]]:
    """Ticket -> the turns that were left when it was resolved, by its newest status."""
    rows = fetch(
        """SELECT e.ticket_id, (e.data->'was'->'turns')::text
             FROM unnest(%s::bigint[]) AS given(ticket)
            CROSS JOIN LATERAL (
                  SELECT ticket_id, kind, data FROM webcare_ticketevent
                   WHERE ticket_id = given.ticket AND data ? 'status'
                   ORDER BY id DESC LIMIT 1) AS e
            WHERE e.kind = 'resolved' AND e.data->'was' ? 'turns'""",
        [list(tickets)],
    )
    return {ticket: json.loads(turns) for ticket, turns in rows}


# Since when somebody has to answer the message `m`, decided `d`: since it was edited,
# where that made it a question.
_ASKED_AT = """CASE
    WHEN d.reason = 'edited' THEN least(m.edited_at, d.decided_at)
    WHEN d.reason = 'danger' AND d.decided_at >= m.edited_at THEN m.edited_at
    ELSE m.posted_at END"""


def let_go(message: int, stands: int, at: datetime) -> dict[str, Any]:
    """Take a message that nobody has to answer out of the turn that waits for it.

    The turn begins with the first of its messages that we still answer, and its clock
    does once the log says so; one of which nothing is left is closed without an
    answer, on purpose. Returns what the log says of it.
    """
    rows = fetch(
        f"""WITH turn AS (
             SELECT t.id, t.ticket_id, t.started_at FROM webcare_ticketmessage tm
               JOIN webcare_turn t
                 ON t.ticket_id = tm.origin_ticket_id AND t.outcome = 'waiting'
              WHERE tm.message_id = %(message)s
           ), first AS (
             SELECT turn.id AS turn, m.id, asked.at
               FROM turn
               JOIN webcare_ticketmessage tm ON tm.origin_ticket_id = turn.ticket_id
               JOIN conversations_message m
                 ON m.id = tm.message_id AND m.direction = 'in'
               JOIN webcare_decision d ON d.message_id = m.id AND d.verdict = 'answer'
              CROSS JOIN LATERAL (SELECT {_ASKED_AT} AS at) AS asked
              WHERE asked.at >= turn.started_at
              ORDER BY asked.at, m.id LIMIT 1
           ), moved AS (
             UPDATE webcare_turn t
                SET started_at = first.at, first_message_id = first.id
               FROM first WHERE t.id = first.turn
          RETURNING {ENDED}
           ), ended AS (
             UPDATE webcare_turn t
                SET {_LEFT}
               FROM turn JOIN webcare_ticket k ON k.id = turn.ticket_id
              WHERE t.id = turn.id AND NOT EXISTS (SELECT FROM first)
          RETURNING {ENDED}
           ), stopped AS (
             UPDATE webcare_clock c SET {clocks.STOP.format(at="ended.ended_at")}
               FROM ended
              WHERE c.ticket_id = ended.ticket_id AND c.turn_id = ended.id
                AND c.stopped_at IS NULL)
           SELECT * FROM moved UNION ALL SELECT * FROM ended""",
        {"message": message, "at": at},
    )
    fetch(
        f"""UPDATE webcare_ticket k
               SET waiting_since = {WAITING.format(but=clocks.NONE)},
                   due_at = {clocks.DUE.format(but=clocks.NONE)}
             WHERE k.id = %s""",
        [stands],
    )
    turns = [Ended(*row) for row in rows]
    acknowledgements.measure([one.id for one in turns])
    ended = [one for one in turns if one.ended_at]
    measure(ended)
    return {"facts": {"turns": [one.told for one in ended]} | _moved(turns)}


def _moved(turns: Sequence[Ended]) -> dict[str, Any]:
    begun = [one for one in turns if not one.ended_at]
    return {
        "moved": [
            [one.ticket, one.number, one.started_at.isoformat(), one.first_message]
            for one in begun
        ]
    }
