"""What other systems call a ticket."""

from typing import Any
from uuid import UUID

from django.core.validators import URLValidator
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.references import add_reference, remove_reference
from webcare.api.acting import Acting
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, ReferenceOut, stamp
from webcare.queries.references import reference_of, references_of
from webcare.queries.tickets import ticket_for


class ReferenceIn(In):
    """A name that another system gave, and where it shows it (http or https)."""

    system = serializers.CharField(max_length=50)
    reference = serializers.CharField(max_length=200)
    url = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )


class ReferenceInFullOut(ReferenceOut):
    at = serializers.DateTimeField()


def reference_out(reference: Any) -> Json:
    return {
        "id": str(reference.public_id),
        "system": reference.system,
        "reference": reference.reference,
        "url": reference.url,
        "at": stamp(reference.at),
    }


class TicketReferences(Acting):
    @says(
        "List what other systems call a ticket",
        ReferenceInFullOut(many=True),
        refuses=(404,),
        tag="tickets",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        return Response([reference_out(one) for one in references_of(found)])

    @says(
        "Write down what another system calls a ticket",
        ReferenceInFullOut,
        asks=ReferenceIn,
        status=201,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        kept = add_reference(
            ticket=found, user=request.user, **asked(ReferenceIn, request)
        )
        return Response(reference_out(kept), status=201)


class TicketReference(Endpoint):
    permission_classes = [Desk]

    @says("Strike a reference out", None, status=204, refuses=(404,), tag="acting")
    def delete(self, request: Request, ticket: UUID, reference: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        remove_reference(reference=reference_of(found, reference), user=request.user)
        return Response(status=204)
