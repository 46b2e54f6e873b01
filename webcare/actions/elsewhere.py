"""Answers of ours that were written outside the desk, in the platform's own app."""

from collections.abc import Sequence

from conversations.models.bulk import fetch, insert
from webcare.actions import turns
from webcare.actions.engagement import Message
from webcare.actions.log import Line, record_many
from webcare.actions.turns import Answer
from webcare.models import TicketEvent, TicketMessage


def note_answers(messages: Sequence[Message]) -> None:
    """Stop the clock of the tickets that these outbound messages answer.

    An answer belongs to the ticket of the message it replies to. One that replies to
    nothing belongs to the live ticket of its thread, where there is just one; said to
    many at once, it answers nobody. What the desk itself sent is known by
    its delivery and left alone.
    """
    if not messages:
        return
    found = _tickets_of([message.id for message in messages])
    answered = [(message, ticket) for message, ticket in found if ticket]
    at = {message.id: message.posted_at for message in messages}
    rows = [
        {"message": message, "ticket": ticket, "origin_ticket": ticket}
        for message, ticket in answered
    ]
    insert(TicketMessage, rows, conflict="ON CONFLICT DO NOTHING")
    turns.answer([Answer(ticket, at[m], m, None) for m, ticket in answered])
    record_many(
        [
            Line(
                ticket,
                TicketEvent.Kind.ANSWERED_ELSEWHERE,
                at[message],
                {"message": message},
            )
            for message, ticket in answered
        ],
        cause="platform",
    )


def _tickets_of(message_ids: list[int]) -> list[tuple[int, ...]]:
    return fetch(
        """SELECT m.id, CASE WHEN m.in_reply_to <> '' THEN
                   (SELECT tm.ticket_id FROM conversations_message parent
                      JOIN webcare_ticketmessage tm ON tm.message_id = parent.id
                     WHERE parent.channel_id = m.channel_id
                       AND parent.external_id = m.in_reply_to)
                   ELSE
                   (SELECT min(k.id) FROM webcare_ticket k
                     WHERE k.thread_id = m.thread_id
                       AND k.status NOT IN ('resolved', 'closed')
                    HAVING count(*) = 1) END AS ticket
             FROM conversations_message m
            WHERE m.id = ANY(%s)
              AND NOT EXISTS (SELECT FROM conversations_delivery d
                               WHERE d.message_id = m.id)
            ORDER BY m.id""",
        [message_ids],
    )
