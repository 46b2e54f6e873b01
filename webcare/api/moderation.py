"""What is done to messages on their platform."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.moderation import moderate
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import View, says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries.conversation import place_of
from webcare.queries.moderation import (
    Act,
    ActRow,
    State,
    act_page,
    act_row,
    message_of,
)
from webcare.queries.tickets import ticket_for

ORDER = "acts"


class ModerateIn(In):
    message = serializers.UUIDField()


class ActOut(Out):
    """It is asked of the platform until `state` is done or refused."""

    id = serializers.UUIDField()
    act = serializers.ChoiceField(choices=Act.choices)
    message = serializers.UUIDField()
    state = serializers.ChoiceField(choices=State.choices)
    asked_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()


def act_out(row: ActRow) -> Json:
    return {
        "id": str(row.id),
        "act": row.act,
        "message": str(row.message),
        "state": row.state,
        "asked_at": stamp(row.asked_at),
        "settled_at": stamp(row.settled_at),
        "failure": row.failure,
    }


class Moderation(Endpoint):
    """One act; every subclass names its own."""

    permission_classes = [Desk]
    act: ClassVar[Act]

    def do(self, request: Request, public_id: UUID) -> Response:
        given = asked(ModerateIn, request)
        ticket = ticket_for(request.user, public_id)
        queued = moderate(
            ticket=ticket,
            user=request.user,
            message=message_of(ticket, given["message"]),
            act=self.act,
        )
        return Response(act_out(act_row(queued)), status=202)


def _does(summary: str) -> Callable[[View], View]:
    return says(
        summary,
        ActOut,
        asks=ModerateIn,
        status=202,
        refuses=(404, 409, 422),
        tag="acting",
    )


class Hide(Moderation):
    act = Act.HIDE

    @_does("Hide a message on its platform")
    def post(self, request: Request, ticket: UUID) -> Response:
        return self.do(request, ticket)


class Unhide(Moderation):
    act = Act.UNHIDE

    @_does("Show a hidden message again")
    def post(self, request: Request, ticket: UUID) -> Response:
        return self.do(request, ticket)


class Like(Moderation):
    act = Act.LIKE

    @_does("Like a message")
    def post(self, request: Request, ticket: UUID) -> Response:
        return self.do(request, ticket)


class Unlike(Moderation):
    act = Act.UNLIKE

    @_does("Take a like back")
    def post(self, request: Request, ticket: UUID) -> Response:
        return self.do(request, ticket)


class Retract(Moderation):
    act = Act.RETRACT

    @_does("Delete an answer of ours from the platform")
    def post(self, request: Request, ticket: UUID) -> Response:
        return self.do(request, ticket)


class TicketActs(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what was asked of the platform on a ticket",
        ActOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        place = place_of(request.user, ticket)
        rows, page = act_page(place, mark_of(request, ORDER), limit_of(request))
        return Response(paged(request, page, [act_out(row) for row in rows], ORDER))
