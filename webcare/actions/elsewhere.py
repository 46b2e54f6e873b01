"""Answers of ours that were written outside the desk, in the platform's own app."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from conversations.actions import delivery
from conversations.models.bulk import fetch, insert
from webcare.actions import approvals, turn_answers, turns
from webcare.actions.engagement import Message
from webcare.actions.log import Line, record_many
from webcare.actions.turn_answers import Answer
from webcare.models import TicketEvent, TicketMessage


def note_answers(messages: Sequence[Message]) -> None:
    """Stop the clock of the tickets that these outbound messages answer.

    An answer belongs to the ticket of the message it replies to. One that replies to
    nothing belongs to the live ticket of its thread, where there is just one; said to
    many at once, it answers nobody. What the desk itself sent is known by
    its delivery and left alone; so is what a rule is saying
    now, or somebody who looks into it, or a survey asks.

    Whatever was about to be said as well is stopped: what waits for approval is void,
    what waits to be sent is held for a person, and a draft is out of date. What a rule
    was about to say is not needed any more.
    """
    if not messages:
        return
    answered = [one for one in _answered(messages) if one.ticket]
    insert(
        TicketMessage,
        [
            {
                "message": one.message,
                "ticket": one.ticket,
                "origin_ticket": one.origin,
                "split_ticket": one.split,
            }
            for one in answered
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
    at = {message.id: message.posted_at for message in messages}
    ended = turn_answers.answer(
        [Answer(one.ticket, at[one.message], one.message, None) for one in answered]
    )
    record_many(
        [
            Line(
                one.ticket,
                TicketEvent.Kind.ANSWERED_ELSEWHERE,
                at[one.message],
                {"message": one.message, **turns.told(ended[one.message])},
            )
            for one in answered
        ],
        cause="platform",
    )
    new = {message.id for message in messages if not message.history}
    _interrupt(
        {
            one.ticket: one.message
            for one in answered
            if one.message in new and not one.is_ours
        }
    )


def _interrupt(news: Mapping[int, int]) -> None:
    """Stop what is about to be said on tickets: ticket -> the answer made outside."""
    if not news:
        return
    fetch(
        """UPDATE webcare_ticket k
              SET last_outside_id = greatest(k.last_outside_id, given.message),
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[]) AS given(ticket, message)
            WHERE k.id = given.ticket""",
        [list(news), list(news.values())],
    )
    approvals.void(list(news), reason="answered_elsewhere", cause="platform")
    waiting = fetch(
        """SELECT r.delivery_id, r.rule_id FROM webcare_ticket k
             JOIN webcare_reply r ON r.ticket_id = k.id
             JOIN conversations_delivery d ON d.id = r.delivery_id
            WHERE (k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s))
              AND d.state IN ('waiting', 'sending', 'uncertain')""",
        {"tickets": list(news)},
    )
    delivery.hold([pk for pk, rule in waiting if rule is None])
    delivery.drop([pk for pk, rule in waiting if rule is not None])


class Answered(NamedTuple):
    """A message of ours, the ticket whose author it answers, and where it belongs.

    One that looks like what the desk is sending now is the desk's own: a platform may
    tell us of our post before it has answered the call that made it.
    """

    message: int
    ticket: int
    origin: int
    split: int | None
    is_ours: bool


def _answered(messages: Sequence[Message]) -> list[Answered]:
    rows = fetch(
        """SELECT m.id, coalesce(parent.ticket_id, alone.id),
                  coalesce(parent.origin_ticket_id, alone.id), parent.split_ticket_id,
                  EXISTS (SELECT FROM conversations_delivery d
                           WHERE d.thread_id = m.thread_id AND d.text = m.text
                             AND d.state IN ('sending', 'uncertain'))
             FROM conversations_message m
             LEFT JOIN LATERAL (
                 SELECT tm.* FROM conversations_message said
                   JOIN webcare_ticketmessage tm ON tm.message_id = said.id
                  WHERE m.in_reply_to <> '' AND said.channel_id = m.channel_id
                    AND said.external_id = m.in_reply_to) AS parent ON true
             LEFT JOIN LATERAL (
                 SELECT min(r.id) AS id
                   FROM (SELECT coalesce(merged_into_id, id) AS id FROM webcare_ticket
                          WHERE thread_id = m.thread_id
                          UNION
                         SELECT coalesce(k.merged_into_id, k.id)
                           FROM webcare_privatethread p
                           JOIN webcare_ticket k ON k.id = p.ticket_id
                          WHERE p.thread_id = m.thread_id) AS of_thread
                   JOIN webcare_ticket r ON r.id = of_thread.id
                  WHERE m.in_reply_to = ''
                    AND r.status NOT IN ('resolved', 'closed')
                 HAVING count(*) = 1) AS alone ON true
            WHERE m.id = ANY(%s)
              AND NOT EXISTS (SELECT FROM conversations_delivery d
                               WHERE d.message_id = m.id)
              AND NOT EXISTS (SELECT FROM conversations_delivery d
                                JOIN webcare_reply r ON r.delivery_id = d.id
                               WHERE (r.rule_id IS NOT NULL OR r.holding)
                                 AND d.thread_id = m.thread_id AND d.text = m.text
                                 AND d.state IN ('sending', 'uncertain'))
              AND NOT EXISTS (SELECT FROM conversations_delivery d
                                JOIN webcare_survey s ON s.delivery_id = d.id
                               WHERE d.thread_id = m.thread_id AND d.text = m.text
                                 AND d.state IN ('sending', 'uncertain'))
            ORDER BY m.id""",
        [[message.id for message in messages]],
    )
    return [Answered(*row) for row in rows]
