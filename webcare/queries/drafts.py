"""What people have begun to write; each sees their own, on tickets they may see."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from webcare.models import NoteDraft, Ticket, User
from webcare.queries.attachments import READY_WITH, Attached, attached
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import visible


class DraftRow(NamedTuple):
    """What somebody has begun, and whether it has been overtaken since."""

    updated_at: datetime
    pk: int
    ticket: UUID
    number: int
    text: str
    visibility: str
    then: str
    seen: str
    attachments: list[Attached]


_DRAFTS = Listing(
    f'k.public_id, k.id, d.text, d.visibility, d."then", d.seen, {READY_WITH}',
    "webcare_draft d JOIN webcare_ticket k ON k.id = d.ticket_id",
    "d.id",
)
DRAFTS = Order("d.updated_at", descending=True)


def draft_page(
    user: User, mark: Mark | None, limit: int
) -> tuple[list[DraftRow], Page]:
    """Return a page of what `user` has begun, the newest first."""
    page = _page(user, [], {}, mark, limit)
    return [_row(row) for row in page.rows], page


class NoteDraftRow(NamedTuple):
    """The note that somebody has begun."""

    ticket: UUID
    text: str
    updated_at: datetime


def note_draft_on(user: User, ticket: Ticket) -> NoteDraftRow | None:
    """Return the note that `user` has begun on a ticket that they may see."""
    found = NoteDraft.objects.filter(ticket=ticket, user=user).first()
    if found is None:
        return None
    return NoteDraftRow(ticket.public_id, found.text, found.updated_at)


def draft_on(user: User, ticket: int) -> DraftRow | None:
    """Return what `user` has begun on this ticket, if they have and may see it."""
    page = _page(user, ["d.ticket_id = %(ticket)s"], {"ticket": ticket}, None, 1)
    return _row(page.rows[0]) if page.rows else None


def _row(row: tuple[Any, ...]) -> DraftRow:
    *plain, files = row
    found = json.loads(files) if files else None
    return DraftRow._make((*plain, attached(found)))


def _page(
    user: User, where: list[str], values: dict[str, int], mark: Mark | None, limit: int
) -> Page:
    seen, its = visible(user)
    listing = replace(
        _DRAFTS,
        where=["d.user_id = %(me)s", seen, *where],
        values={**its, **values, "me": user.pk},
    )
    return read_page(listing, DRAFTS, mark, limit)
