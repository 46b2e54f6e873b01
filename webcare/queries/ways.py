"""Where an answer to a ticket can go: in public, in private, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversations.models import PrivateReplies, Visibility
from webcare.models import Ticket


@dataclass(frozen=True, slots=True)
class Ways:
    """Where an answer can go; `usual` is where the author wrote last.

    `closes_at` is until when the platform takes something private, None where it always
    does or they have not written in private yet.
    """

    usual: str
    either: bool
    closes_at: datetime | None

    def chosen(self, asked: str) -> str:
        """Return what was asked for where that can be, else where they wrote last."""
        return asked if self.either and asked in Visibility.values else self.usual


def ways_of(ticket: Ticket, found: dict[str, Any]) -> Ways:
    """Read what WAYS returned; `ticket` comes with its thread and channel."""
    usual = found["newest"] or ticket.thread.visibility
    channel = ticket.channel
    may_move = channel.private_replies == PrivateReplies.ALLOWED
    in_private = usual == Visibility.PRIVATE or found["is_private"] or may_move
    in_public = usual == Visibility.PUBLIC or found["is_public"]
    hours, said = channel.private_window_hours, found["said_privately_at"]
    closes = None
    if hours is not None and said:
        closes = datetime.fromisoformat(said) + timedelta(hours=hours)
    return Ways(usual, in_private and in_public, closes)


# A column of a statement that knows the %(ticket)s and its %(newest)s message; asked as
# what is written checks it, so that nothing is offered that is refused.
WAYS = """(
    SELECT jsonb_build_object(
               'newest', (SELECT visibility FROM conversations_message
                           WHERE id = %(newest)s),
               'is_public', coalesce(bool_or(m.visibility = 'public'), false),
               'said_privately_at',
               max(m.posted_at) FILTER (WHERE m.visibility = 'private'),
               'is_private', coalesce(bool_or(m.visibility = 'private'), false)
               OR EXISTS (
                   SELECT FROM webcare_privatethread p
                     JOIN webcare_ticket f ON f.id = p.ticket_id
                    WHERE f.id = %(ticket)s OR f.merged_into_id = %(ticket)s))
      FROM webcare_ticketmessage tm
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE tm.ticket_id = %(ticket)s AND m.direction = 'in')"""
