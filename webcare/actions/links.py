"""Tickets that people see together: related ones, parents and their children.

A link changes neither ticket: who resolves a parent resolves no child, and sees in the
list of links which of them are still at work.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.log import record
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import Ticket, TicketEvent, TicketLink, User
from webcare.queries.links import Relation
from webcare.queries.people import require

Kind = TicketLink.Kind
MOST = 200  # links of one ticket


@transaction.atomic
def link_tickets(
    *, ticket: Ticket, other: Ticket, is_a: Relation, user: User
) -> TicketLink:
    """Link `ticket` to `other`, which is related, or its parent or child.

    Twice is one link.

    Raises NotAllowed for who does not work on `ticket`, and Invalid for a link to
    itself, a second parent, a circle of parents, or more than MOST links.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if ticket.pk == other.pk:
        raise Invalid(ticket=_("A ticket cannot be linked to itself."))
    # Links are few: one at a time, so that no two of them close a circle.
    fetch("SELECT pg_advisory_xact_lock(8, 0)", [])
    kind = Kind.RELATED if is_a == Relation.RELATED else Kind.PARENT
    start, end = _ends(ticket.pk, other.pk, is_a)
    known = TicketLink.objects.filter(from_ticket=start, to_ticket=end, kind=kind)
    if found := known.first():
        return found
    _require_room(ticket, other)
    if kind == Kind.PARENT:
        _require_no_circle(start, end)
    link = _make(start, end, kind, user)
    _tell(TicketEvent.Kind.LINKED, link, user)
    return link


@transaction.atomic
def unlink_tickets(*, link: TicketLink, ticket: Ticket, user: User) -> None:
    """Remove a link of `ticket`. Raises NotAllowed for who does not work on that."""
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    gone, _rows = TicketLink.objects.filter(pk=link.pk).delete()
    if gone:
        _tell(TicketEvent.Kind.UNLINKED, link, user)


def _ends(ticket: int, other: int, is_a: Relation) -> tuple[int, int]:
    """A parent stands before its child; of related ones the older does."""
    if is_a == Relation.RELATED:
        return min(ticket, other), max(ticket, other)
    return (other, ticket) if is_a == Relation.PARENT else (ticket, other)


def _require_room(ticket: Ticket, other: Ticket) -> None:
    [[most]] = fetch(
        """SELECT max((SELECT count(*) FROM webcare_ticketlink
                        WHERE from_ticket_id = one OR to_ticket_id = one))
             FROM unnest(%s::bigint[]) AS one""",
        [[ticket.pk, other.pk]],
    )
    if most >= MOST:
        raise Invalid(ticket=_("There are too many links here: remove one first."))


def _require_no_circle(parent: int, child: int) -> None:
    above = fetch(
        """WITH RECURSIVE above AS (
             SELECT %s::bigint AS id
              UNION
             SELECT l.from_ticket_id FROM webcare_ticketlink l
               JOIN above ON l.to_ticket_id = above.id
              WHERE l.kind = 'parent')
           SELECT id FROM above""",
        [parent],
    )
    if (child,) in above:
        raise Invalid(ticket=_("This ticket stands above the other one already."))


def _make(start: int, end: int, kind: Kind, user: User) -> TicketLink:
    try:
        with transaction.atomic():
            return TicketLink.objects.create(
                from_ticket_id=start, to_ticket_id=end, kind=kind, by=user
            )
    except IntegrityError as error:
        raise Invalid(ticket=_("That ticket has a parent already.")) from error


def _tell(kind: TicketEvent.Kind, link: TicketLink, user: User) -> None:
    now = database_now()
    pair = (link.from_ticket, link.to_ticket)
    for one, other in (pair, pair[::-1]):
        record(one, kind, at=now, actor=user, link=link.kind, other=other.pk)
