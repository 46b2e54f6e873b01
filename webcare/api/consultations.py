"""A colleague outside the desk, asked about a ticket."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import consultations
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.queries.consultations import (
    ConsultationRow,
    consultation_of,
    consultation_page,
    consultation_row,
)
from webcare.queries.conversation import place_of
from webcare.queries.tickets import ticket_for

LANGUAGES = ("nl", "en")
STATES = ("asked", "answered", "cancelled", "expired")
ORDER = "consultations"


class ConsultIn(In):
    """Whom to ask, and what; the ticket waits for them unless `hold` is false."""

    to = serializers.EmailField(max_length=254)
    question = serializers.CharField(max_length=5_000)
    language = serializers.ChoiceField(choices=LANGUAGES, default="nl")
    days = serializers.IntegerField(min_value=1, max_value=30, default=7)
    hold = serializers.BooleanField(default=True)


class ConsultationOut(Out):
    """A question by mail; `mail` is what became of the letter, `note` the answer."""

    id = serializers.UUIDField()
    to = serializers.CharField()
    question = serializers.CharField()
    asked_by = PersonOut()
    asked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=STATES)
    mail = serializers.CharField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    note = serializers.UUIDField(allow_null=True)


def consultation_out(row: ConsultationRow) -> Json:
    return {
        "id": str(row.id),
        "to": row.to,
        "question": row.question,
        "asked_by": person(row.asked_by, row.asked_by_name),
        "asked_at": stamp(row.asked_at),
        "state": row.state,
        "mail": row.mail,
        "expires_at": stamp(row.expires_at),
        "answered_at": stamp(row.answered_at),
        "note": row.note and str(row.note),
    }


class Consult(Endpoint):
    permission_classes = [Desk]

    @says(
        "Ask a colleague without an account, by mail",
        ConsultationOut,
        asks=ConsultIn,
        status=201,
        refuses=(404, 409, 422),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(ConsultIn, request)
        found = ticket_for(request.user, ticket)
        made = consultations.consult(ticket=found, user=request.user, **given)
        return Response(consultation_out(consultation_row(made)), status=201)


class TicketConsultations(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what colleagues were asked about a ticket",
        ConsultationOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        place = place_of(request.user, ticket)
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = consultation_page(place, mark, limit)
        shown = [consultation_out(row) for row in rows]
        return Response(paged(request, page, shown, ORDER))


class ConsultationCancel(Endpoint):
    permission_classes = [Desk]

    @says(
        "End a question's link",
        ConsultationOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID, consultation: UUID) -> Response:
        found = ticket_for(request.user, ticket)
        ended = consultations.cancel_consultation(
            consultation=consultation_of(found, consultation), user=request.user
        )
        return Response(consultation_out(consultation_row(ended)))
