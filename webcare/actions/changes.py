"""What authors do to their messages after posting them, on the ticket's history."""

from conversations.actions import batches
from conversations.models.bulk import fetch
from webcare.actions.log import Line, record_many
from webcare.models import TicketEvent

Kind = TicketEvent.Kind


def note_changes(message_ids: list[int]) -> None:
    """Note edits and deletions on the tickets these messages belong to.

    The excerpt follows; text that its author deleted stays nowhere on the ticket.
    """
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
    _refresh(sorted({row[0] for row in rows}))


STAGE = batches.Stage("changed", note_changes)


def _refresh(tickets: list[int]) -> None:
    """Show, and answer, the newest message that its author has not deleted."""
    fetch(
        """UPDATE webcare_ticket k
              SET last_inbound_id = newest.id,
                  excerpt = left(btrim(regexp_replace(
                      left(newest.text, 560), '\\s+', ' ', 'g')), 280),
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[]) AS given(ticket)
            CROSS JOIN LATERAL (
                 SELECT m.id, m.text FROM webcare_ticketmessage tm
                   JOIN conversations_message m ON m.id = tm.message_id
                  WHERE tm.ticket_id = given.ticket AND m.direction = 'in'
                  ORDER BY (m.deleted_at IS NOT NULL), m.posted_at DESC, m.id DESC
                  LIMIT 1) AS newest
            WHERE k.id = given.ticket""",
        [tickets],
    )
