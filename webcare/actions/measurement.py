"""Deliveries that reached their end: the turn closes, or the ticket comes back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch, ids, insert
from webcare.actions import (
    clocks,
    outcomes,
    standing,
    survey_deliveries,
    turn_answers,
    turns,
)
from webcare.actions.log import Line, record_many
from webcare.actions.turn_answers import Answer
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
    by: int | None  # nobody: a rule said it
    state: str
    at: datetime
    message: int | None
    failure: str
    holding: bool  # the author was told that we look into it, and waits on

    @property
    def is_answer(self) -> bool:
        return self.by is not None and not self.holding

    @property
    def told(self) -> dict[str, Any]:
        said = {"reply": self.reply, "message": self.message, "why": self.failure}
        if self.by is None:
            return {**said, "automatic": True}
        return {**said, "holding": True} if self.holding else said


def settle_replies(delivery_ids: list[int]) -> None:
    """Note what became of these deliveries on their tickets.

    What was sent closes the turn at the platform's acceptance. What was refused, is
    held, or nobody knows of, brings its ticket back to its agent's list as open.
    What a rule said, or somebody who looks into it, acknowledges the turn: the author
    waits for an answer as before.
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
    answers = _answers(one for one in sent if one.is_answer)
    ended = turn_answers.answer(answers)
    turn_answers.sign(answers)
    known = turn_answers.acknowledge(_answers(one for one in sent if not one.is_answer))
    standing.wait_anew([one.stands for one in sent if one.stands != one.ticket])
    unsent = [one.stands for one in settled if one.by and one.state != "sent"]
    back = _bring_back(unsent)
    record_many(
        [
            Line(
                one.stands,
                KINDS[one.state],
                one.at,
                one.told
                | _facts(one, ended, known)
                | ({"status": "open"} if one.by and one.stands in back else {}),
            )
            for one in settled
        ],
        cause="delivery",
    )
    survey_deliveries.note_settled(delivery_ids)
    clocks.follow(sorted(back))


STAGE = batches.Stage("settled", settle_replies)


def _answers(sent: Iterable[Settled]) -> list[Answer]:
    return [Answer(s.ticket, s.at, s.message, s.by) for s in sent if s.message]


def _facts(
    one: Settled,
    ended: Mapping[int, Sequence[turns.Ended]],
    known: Mapping[int, Sequence[list[int]]],
) -> dict[str, Any]:
    """Which turns it ended, or acknowledged."""
    if one.message is None:
        return {}
    if not one.is_answer:
        return {"facts": {"acknowledged": known.get(one.message, [])}}
    return turns.told(ended.get(one.message, []))


def _read(delivery_ids: Sequence[int]) -> list[Settled]:
    rows = fetch(
        """SELECT r.ticket_id, coalesce(k.merged_into_id, k.id), r.public_id::text,
                  r.author_id, d.state,
                  coalesce(d.settled_at, d.held_at, now()), d.message_id, d.failure,
                  r.holding
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
    outcomes.undone(ids(back))
    return set(ids(back))
