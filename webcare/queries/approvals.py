"""Answers that a second person reads: what waits, and what became of it."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from webcare.exceptions import NotFound
from webcare.models import Approval as Approval
from webcare.models import User
from webcare.queries.attachments import WAITS_WITH, Attached, attached
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import visible, visible_tickets
from webcare.queries.tickets import Seen

ApprovalState = Approval.State


class ApprovalRow(NamedTuple):
    """One answer that waits or waited; `digest` pins what is approved."""

    asked_at: datetime
    pk: int
    id: UUID
    ticket: UUID
    number: int
    writer: UUID
    writer_name: str
    text: str
    visibility: str
    then: str
    holding: bool
    digest: bytes
    state: str
    reason: str
    expires_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    reply: UUID | None
    queue: int | None
    excerpt: str
    attachments: list[Attached]


_APPROVALS = Listing(
    f"""a.public_id, k.public_id, k.id, w.public_id,
       coalesce(nullif(btrim(w.first_name || ' ' || w.last_name), ''), w.username),
       a.text, a.visibility, a."then", a.holding, a.digest, a.state, a.reason,
       a.expires_at, d.public_id, {called("d")}, a.decided_at, r.public_id,
       k.queue_id, k.excerpt, {WAITS_WITH.format(approval="a.id")}""",
    """webcare_approval a
       JOIN webcare_ticket k ON k.id = a.ticket_id
       JOIN webcare_user w ON w.id = a.writer_id
       LEFT JOIN webcare_user d ON d.id = a.decided_by_id
       LEFT JOIN webcare_reply r ON r.id = a.reply_id""",
    "a.id",
)
APPROVALS = Order("a.asked_at")


def approval_page(
    user: User,
    *,
    state: str | None,
    mine: bool | None,
    mark: Mark | None,
    limit: int,
) -> tuple[list[ApprovalRow], Page]:
    """Return a page of what waits or waited on tickets that `user` may see.

    `mine` is what they wrote themselves, or what only others did.
    """
    seen, values = visible(user)
    where = [seen]
    if state == ApprovalState.WAITING:
        where.append("a.state = 'waiting'")  # as the index of those says it
    elif state is not None:
        where.append("a.state = %(state)s")
    if mine is not None:
        where.append(f"a.writer_id {'=' if mine else '<>'} %(me)s")
    listing = replace(
        _APPROVALS, where=where, values={**values, "state": state, "me": user.pk}
    )
    page = read_page(listing, APPROVALS, mark, limit)
    return [_row(row) for row in page.rows], page


def _row(row: tuple[Any, ...]) -> ApprovalRow:
    *plain, files = row
    found = json.loads(files) if files else None
    return ApprovalRow._make((*plain, attached(found)))


def approval_for(user: User, public_id: UUID) -> Approval:
    """Return what waits or waited on a ticket that `user` may see. Raises NotFound."""
    found = (
        Approval.objects.select_related("writer")
        .filter(public_id=public_id, ticket__in=visible_tickets(user))
        .first()
    )
    if found is None:
        raise NotFound("There is no such approval.")
    return found


def approval_row(approval: Approval) -> ApprovalRow:
    """Return one, read afresh, in the shape of the list."""
    listing = replace(_APPROVALS, where=["a.id = %(of)s"], values={"of": approval.pk})
    return _row(read_page(listing, APPROVALS, None, 1).rows[0])


def written_when(approval: Approval) -> Seen:
    """Return what its writer had before them."""
    return Seen(0, approval.written_against_id or 0, approval.newest_reply)
