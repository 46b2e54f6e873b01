"""Which tickets a merge is about, by the ids that clients know."""

from collections.abc import Sequence
from uuid import UUID

from webcare.exceptions import NotFound
from webcare.models import Ticket, User
from webcare.queries.sight import visible_tickets


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
