"""Deliveries that reached their end: the turn closes, or the ticket comes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch, ids, insert
from webcare.actions import clocks, standing, turns
from webcare.actions.log import Line, record_many
from webcare.actions.turns import Answer
from webcare.models import TicketEvent, TicketMessage

Kind = TicketEvent.Kind
KINDS = {
    "sent": Kind.REPLY_SENT,
    "refused": Kind.REPLY_REFUSED,
    "uncertain": Kind.REPLY_UNCERTAIN,
    "held": Kind.REPLY_HELD,
}


class Settled(NamedTuple):
    """An answer, and how its delivery stands."""

    ticket: int
    stands: int  # where the ticket is worked on: its merge's target, or itself
    reply: str
    by: int
    state: str
    at: datetime
    message: int | None
    failure: str


def settle_replies(delivery_ids: list[int]) -> None:
    """Note what became of these deliveries on their tickets.

    What was sent closes the turn at the platform's acceptance. What was refused, is
    held, or nobody knows of, brings its ticket back to its agent's list as open.
    """
    settled = _read(delivery_ids)
    sent = [one for one in settled if one.message]
    insert(
        TicketMessage,
        [
            {"message": one.message, "ticket": one.stands, "origin_ticket": one.ticket}
            for one in sent
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
    answers = [Answer(s.ticket, s.at, s.message, s.by) for s in sent if s.message]
    turns.answer(answers)
    turns.sign(answers)
    standing.wait_anew([one.stands for one in sent if one.stands != one.ticket])
    back = _bring_back([one.stands for one in settled if one.state != "sent"])
    record_many(
        [
            Line(
                one.stands,
                KINDS[one.state],
                one.at,
                {"reply": one.reply, "message": one.message, "why": one.failure}
                | ({"status": "open"} if one.stands in back else {}),
            )
            for one in settled
        ],
        cause="delivery",
    )


STAGE = batches.Stage("settled", settle_replies)


def _read(delivery_ids: Sequence[int]) -> list[Settled]:
    rows = fetch(
        """SELECT r.ticket_id, coalesce(k.merged_into_id, k.id), r.public_id::text,
                  r.author_id, d.state,
                  coalesce(d.settled_at, d.held_at, now()), d.message_id, d.failure
             FROM conversations_delivery d
             JOIN webcare_reply r ON r.delivery_id = d.id
             JOIN webcare_ticket k ON k.id = r.ticket_id
            WHERE d.id = ANY(%s)
              AND d.state IN ('sent', 'refused', 'uncertain', 'held')
            ORDER BY d.id""",
        [list(delivery_ids)],
    )
    return [Settled(*row) for row in rows]


def _bring_back(tickets: Sequence[int]) -> set[int]:
    """Returns the tickets that are open now."""
    if not tickets:
        return set()
    back = fetch(
        """UPDATE webcare_ticket k
              SET status = 'open', resolved_at = NULL, resolution = '',
                  resolution_reason = '', resolution_note = '',
                  resolution_seconds = NULL, snoozed_until = NULL,
                  changed_at = now(), version = version + 1
            WHERE id = ANY(%s) AND status <> 'closed'
              AND NOT EXISTS (
                  SELECT FROM webcare_ticket newer
                   WHERE newer.thread_id = k.thread_id
                     AND newer.author_id = k.author_id AND newer.id > k.id
                     AND newer.status NOT IN ('resolved', 'closed'))
        RETURNING id""",
        [list(tickets)],
    )
    clocks.resume(ids(back))
    return set(ids(back))
