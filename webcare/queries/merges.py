"""Which tickets a merge is about, by the ids that clients know."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Ticket, User
from webcare.queries.sight import visible_tickets

MOST_SHOWN = 8
MOST_MESSAGES = 50
LARGEST = 2**31


class Split(NamedTuple):
    """A message that can leave with others for a ticket of its own."""

    id: UUID
    direction: str
    author: str
    text: str
    posted_at: datetime


def ticket_numbered(user: User, number: str) -> Ticket | None:
    """Return the ticket of this number, if `user` may see it."""
    if not (number.isascii() and number.isdigit() and int(number) < LARGEST):
        return None
    seen = visible_tickets(user).select_related("author")
    return seen.filter(pk=int(number)).first()


def tickets_of_author(user: User, ticket: Ticket) -> list[Ticket]:
    """Return the newest other tickets of the same author that `user` may see."""
    same = visible_tickets(user).filter(author_id=ticket.author_id)
    others = same.filter(merged_into=None).exclude(pk=ticket.pk)
    return list(others.select_related("author").order_by("-pk")[:MOST_SHOWN])


def messages_to_split(ticket: Ticket) -> list[Split]:
    """Return the newest messages of a ticket, the oldest of them first."""
    rows = fetch(
        """SELECT m.public_id, m.direction, coalesce(nullif(a.name, ''), a.handle, ''),
                  left(m.text, 200), m.posted_at
             FROM webcare_ticketmessage tm
             JOIN conversations_message m ON m.id = tm.message_id
             LEFT JOIN conversations_author a ON a.id = m.author_id
            WHERE tm.ticket_id = %s AND m.deleted_at IS NULL
            ORDER BY m.posted_at DESC, m.id DESC LIMIT %s""",
        [ticket.pk, MOST_MESSAGES],
    )
    return [Split(*row) for row in reversed(rows)]


def to_be_merged(user: User, public_ids: Sequence[UUID]) -> list[Ticket]:
    """Return these tickets. Raises NotFound unless `user` may see all of them."""
    found = list(visible_tickets(user).filter(public_id__in=public_ids).order_by("pk"))
    if len(found) != len(set(public_ids)):
        raise NotFound("One of these tickets does not exist.")
    return found


def merged_into(user: User, target: Ticket, public_id: UUID) -> Ticket:
    """Return a ticket that was merged into `target`. Raises NotFound."""
    merged = visible_tickets(user).filter(merged_into=target, public_id=public_id)
    if (found := merged.first()) is None:
        raise NotFound("No such ticket was merged into this one.")
    return found
