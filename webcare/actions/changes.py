"""What authors do to their messages after posting them, on the ticket's history."""

from collections.abc import Sequence

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from webcare.actions import (
    corrections,
    engagement,
    intake,
    last_words,
    priority,
    readings,
)
from webcare.actions.engagement import Engaged
from webcare.actions.log import Line, record_many
from webcare.actions.standing import show_newest
from webcare.actions.threads import lock_threads
from webcare.domain.lifecycle import Cause
from webcare.models import TicketEvent

Kind = TicketEvent.Kind


def note_changes(message_ids: list[int]) -> None:
    """Note edits and deletions on the tickets these messages belong to.

    The excerpt follows; text that its author deleted stays nowhere on the ticket, and
    what a model learned from it goes with it. What a person said of a text that was
    edited since stays: they read it as it was. Last words that have become a question
    are looked at again; so is what an edited message is taken for, danger above all.
    """
    again = _words_no_more(message_ids)
    lock_threads(one.message.thread for one in again)
    rows = fetch(
        """SELECT tm.ticket_id, m.id, m.deleted_at, m.edited_at
             FROM conversations_message m
             JOIN webcare_ticketmessage tm ON tm.message_id = m.id
            WHERE m.id = ANY(%s) ORDER BY m.id""",
        [message_ids],
    )
    record_many(
        [
            Line(
                ticket,
                Kind.MESSAGE_DELETED if deleted_at else Kind.MESSAGE_EDITED,
                deleted_at or edited_at,
                {"message": message},
            )
            for ticket, message, deleted_at, edited_at in rows
        ],
        cause="platform",
    )
    corrections.forget([message for _, message, deleted_at, _ in rows if deleted_at])
    tickets = sorted({row[0] for row in rows})
    show_newest(tickets)
    priority.note_danger(readings.read_again(message_ids))
    readings.show(tickets)
    _answer(again)


STAGE = batches.Stage("changed", note_changes)


def _words_no_more(message_ids: Sequence[int]) -> list[Engaged]:
    """Return what was taken for last words and, as it reads now, is more than that.

    It was asked when it was edited: from then on its author waits.
    """
    found = fetch(
        """SELECT m.id, m.edited_at FROM conversations_message m
             JOIN webcare_decision d ON d.message_id = m.id
            WHERE m.id = ANY(%s) AND d.reason = %s AND d.decided_by_id IS NULL
              AND m.edited_at IS NOT NULL AND m.deleted_at IS NULL""",
        [list(message_ids), last_words.REASON],
    )
    edited_at = dict(found)
    messages = [
        message._replace(posted_at=edited_at[message.id])
        for message in engagement.heard(list(edited_at))
    ]
    return last_words.more_than_words(messages)


def _answer(again: Sequence[Engaged]) -> None:
    """Let these be answered as if they had been said just now, on their ticket or,
    where that cannot be reopened, on a new one. A person's decision stays."""
    if not again:
        return
    decided = fetch(
        """UPDATE webcare_decision d
              SET verdict = 'answer', reason = given.reason, score = NULL,
                  classifier = NULL, decided_at = statement_timestamp()
             FROM unnest(%s::bigint[], %s::text[]) AS given(message, reason)
            WHERE d.message_id = given.message AND d.reason = %s
              AND d.decided_by_id IS NULL
        RETURNING d.message_id""",
        [
            [one.message.id for one in again],
            [one.reason for one in again],
            last_words.REASON,
        ],
    )
    asked = set(ids(decided))
    intake.place([o for o in again if o.message.id in asked], cause=Cause.INTAKE)
