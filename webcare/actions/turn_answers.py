"""What we say to an author ends the turns that wait for it, or lets them wait on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.actions import acknowledgements, clocks
from webcare.actions.turns import AS_IT_IS, ENDED, WAITING, Ended, measure
from webcare.queries.business_time import CALENDAR_OF


class Answer(NamedTuple):
    """A message of ours, and the ticket whose author it answers."""

    ticket: int
    at: datetime  # the platform's acceptance
    message: int
    by: int | None  # the agent; None when it was written outside the desk


def answer(answers: Sequence[Answer]) -> dict[int, list[Ended]]:
    """Close the turns that these messages of ours answer, and stop their clocks.

    An answer ends the waiting turn of every ticket by which an author's message came
    in that stands in its ticket now, and that of the ticket itself where none does. A
    turn's length is counted in whole
    calendar seconds from the author's earliest unanswered message to the platform's
    acceptance; who, queue, topic and priority are written down as they are now. A
    turn that began after the answer stays open, and one that is closed already is not
    touched. Returns the turns that each message ended.
    """
    ended: dict[int, list[Ended]] = defaultdict(list)
    if answers:
        rows = fetch(
            _ANSWER,
            [
                [one.ticket for one in answers],
                [one.at for one in answers],
                [one.message for one in answers],
                [one.by for one in answers],
            ],
        )
        for *facts, _, message, _ in rows:
            ended[message].append(Ended(*facts))
        measure([one for those in ended.values() for one in those])
        # Heard late: what was told of such a clock meanwhile was not so.
        clocks.follow([row[1] for row in rows if row[-1]])
    return ended


# The tickets whose turns what we say in the tickets `given` is for: those by which what
# their authors said there came in. Where all of it went elsewhere since, as with what
# was written before a merge, it is for the ticket itself.
_HOMES = """
    SELECT given.ticket, tm.origin_ticket_id AS home
      FROM given JOIN webcare_ticketmessage tm ON tm.ticket_id = given.ticket
      JOIN conversations_message said ON said.id = tm.message_id
     WHERE said.direction = 'in'
     UNION
    SELECT ticket, ticket FROM given
     WHERE NOT EXISTS (
           SELECT FROM webcare_ticketmessage tm
             JOIN conversations_message said ON said.id = tm.message_id
            WHERE tm.ticket_id = given.ticket AND said.direction = 'in')"""
_ANSWER = f"""
    WITH given AS (
      SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],
                           %s::bigint[]) AS given(ticket, at, message, by)
    ), homes AS ({_HOMES}
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
             {AS_IT_IS}
        FROM ends, webcare_ticket k
       WHERE t.id = ends.turn AND k.id = t.ticket_id
         AND t.outcome = 'waiting'
   RETURNING {ENDED}, t.calendar_seconds, ends.message
    ), stopped AS (
      UPDATE webcare_clock c
         SET {clocks.STOP.format(at="answered.ended_at")}
        FROM answered
       WHERE c.ticket_id = answered.ticket_id AND c.turn_id = answered.id
         AND c.stopped_at IS NULL
   RETURNING c.turn_id, c.stopped_at
             < coalesce(c.breached_at, c.warned_at) AS is_early
    ), news AS (  -- the turns' own tickets, and those in which their messages stand
      SELECT id, min(seconds) AS seconds
        FROM (SELECT ticket_id AS id, calendar_seconds AS seconds FROM answered
               UNION ALL
              SELECT tm.ticket_id, NULL
                FROM answered JOIN webcare_ticketmessage tm
                  ON tm.origin_ticket_id = answered.ticket_id
                 AND tm.ticket_id <> tm.origin_ticket_id
               UNION ALL
              SELECT k.id, NULL
                FROM given JOIN webcare_ticket k ON k.id = given.ticket
               WHERE k.waiting_since <= given.at) AS each
       GROUP BY id
    ), shown AS (
    UPDATE webcare_ticket k
       SET first_response_seconds = coalesce(
               k.first_response_seconds, news.seconds),
           waiting_since = {WAITING.format(but="answered")},
           due_at = {clocks.DUE.format(but="answered")},
           changed_at = now(), version = version + 1
      FROM news WHERE k.id = news.id)
    SELECT answered.*, coalesce(stopped.is_early, false)
      FROM answered LEFT JOIN stopped ON stopped.turn_id = answered.id
     ORDER BY answered.id"""


def acknowledge(said: Sequence[Answer]) -> dict[int, list[list[int]]]:
    """Note what was said while these turns wait: they wait on, and clocks with them.

    That is what a rule said, or somebody who looks into it: the author knows that we
    have heard. The first time counts. The tickets show that something was said.
    Returns, for the log, the turns that each message acknowledged, and by which
    calendar that is timed.
    """
    known: dict[int, list[list[int]]] = defaultdict(list)
    if said:
        rows = fetch(
            _ACKNOWLEDGE,
            [
                [one.ticket for one in said],
                [one.at for one in said],
                [one.message for one in said],
            ],
        )
        acknowledgements.measure([turn for turn, *_ in rows])
        for _, message, *told in rows:
            known[message].append(told)
    return known


_ACKNOWLEDGE = f"""
    WITH given AS (
      SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[])
             AS given(ticket, at, message)
    ), homes AS ({_HOMES}
    ), firsts AS (
      SELECT DISTINCT ON (t.id) t.id AS turn, given.at, given.message
        FROM given JOIN homes USING (ticket)
        JOIN webcare_turn t ON t.ticket_id = homes.home
         AND t.outcome = 'waiting' AND t.started_at <= given.at
         AND t.acknowledged_at IS NULL
       ORDER BY t.id, given.at
    ), known AS (
      UPDATE webcare_turn t
         SET acknowledged_at = firsts.at,
             acknowledged_calendar_id = {CALENDAR_OF.format(queue="k.queue_id")}
        FROM firsts, webcare_ticket k
       WHERE t.id = firsts.turn AND k.id = t.ticket_id
         AND t.acknowledged_at IS NULL
   RETURNING t.id, firsts.message, t.ticket_id, t.number, t.acknowledged_calendar_id
    ), shown AS (
      UPDATE webcare_ticket
         SET changed_at = now(), version = version + 1
       WHERE id IN (SELECT coalesce(k.merged_into_id, k.id)
                      FROM webcare_ticket k
                     WHERE k.id IN (SELECT ticket FROM given)))
    SELECT * FROM known ORDER BY ticket_id"""


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
