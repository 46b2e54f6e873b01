"""What other systems call a ticket."""

from uuid import UUID

from django.db.models import QuerySet

from webcare.exceptions import NotFound
from webcare.models import ExternalReference, Ticket


def references_of(ticket: Ticket) -> QuerySet[ExternalReference]:
    """At most a hundred: the action sees to it."""
    return ExternalReference.objects.filter(ticket=ticket).order_by("id")


def reference_of(ticket: Ticket, public_id: UUID) -> ExternalReference:
    """Raises NotFound."""
    found = references_of(ticket).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such reference.")
    return found
