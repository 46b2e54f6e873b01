"""Who wants to know what becomes of a ticket."""

from django.db import transaction

from conversations.queries.clock import database_now
from webcare.actions.log import record
from webcare.actions.tickets import touch
from webcare.domain.permissions import Permission
from webcare.models import Follower, Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind


@transaction.atomic
def follow_ticket(*, ticket: Ticket, user: User, on: bool = True) -> Ticket:
    """Let `user` follow a ticket, or stop; doing so twice is doing it once.

    Whoever may see a ticket may follow it. Raises NotAllowed.
    """
    require(user, Permission.SEE_TICKETS, ticket.queue_id)
    if _set(ticket, user, on):
        touch(ticket)
        kind = Kind.FOLLOWED if on else Kind.UNFOLLOWED
        who = str(user.public_id)
        record(ticket, kind, at=database_now(), actor=user, follower=who)
    return ticket


def _set(ticket: Ticket, user: User, on: bool) -> bool:
    if on:
        _, made = Follower.objects.get_or_create(ticket=ticket, user=user)
        return made
    gone, _ = Follower.objects.filter(ticket=ticket, user=user).delete()
    return gone > 0
