from uuid import UUID

from webcare.exceptions import NotFound
from webcare.models import Reply, User
from webcare.queries.tickets import visible_tickets


def reply_for(user: User, public_id: UUID) -> Reply:
    """Return an answer on a ticket that `user` may see. Raises NotFound."""
    found = (
        Reply.objects.select_related("ticket", "delivery")
        .filter(public_id=public_id, ticket__in=visible_tickets(user))
        .first()
    )
    if found is None:
        raise NotFound("There is no such answer.")
    return found
