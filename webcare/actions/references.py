"""What other systems call a ticket: case numbers, orders."""

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.log import record
from webcare.actions.tickets import touch
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import ExternalReference, Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
MOST_REFERENCES = 100  # on one ticket


@transaction.atomic
def add_reference(
    *, ticket: Ticket, user: User, system: str, reference: str, url: str = ""
) -> ExternalReference:
    """Write down what another system calls this ticket; twice is once.

    A new address of a known reference takes the place of the old one. Raises
    NotAllowed, and Invalid when the ticket has a hundred already.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    fetch("SELECT FROM webcare_ticket WHERE id = %s FOR NO KEY UPDATE", [ticket.pk])
    found, made = ExternalReference.objects.get_or_create(
        ticket=ticket, system=system, reference=reference, defaults={"url": url}
    )
    if not made and found.url == url:
        return found
    if ticket.references.count() > MOST_REFERENCES:
        raise Invalid(reference=_("A ticket has at most 100 references."))
    if not made:
        ExternalReference.objects.filter(pk=found.pk).update(url=url)
        found.refresh_from_db()
    _log(ticket, Kind.REFERENCE_ADDED, user, found)
    return found


@transaction.atomic
def remove_reference(*, reference: ExternalReference, user: User) -> None:
    """Strike a reference out; what is gone already is no change. Raises NotAllowed."""
    ticket = reference.ticket
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    gone, _details = ExternalReference.objects.filter(pk=reference.pk).delete()
    if gone:
        _log(ticket, Kind.REFERENCE_REMOVED, user, reference)


def _log(
    ticket: Ticket, kind: TicketEvent.Kind, user: User, reference: ExternalReference
) -> None:
    touch(ticket)
    record(
        ticket,
        kind,
        at=database_now(),
        actor=user,
        system=reference.system,
        reference=reference.reference,
    )
