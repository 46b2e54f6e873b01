"""Who has a ticket before them: told and asked in one call, every few seconds."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import ticket_presence
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries.conversation import place_of
from webcare.queries.presence import Doing, Present, present_on


class PresentOut(Out):
    """Somebody else with this ticket before them; gone after 15 silent seconds."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    doing = serializers.ChoiceField(choices=Doing.choices)
    seen_at = serializers.DateTimeField()


class PresenceIn(In):
    doing = serializers.ChoiceField(choices=Doing.choices)


def present_out(one: Present) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "doing": one.doing,
        "seen_at": stamp(one.seen_at),
    }


def _answer(present: list[Present]) -> Response:
    return Response([present_out(one) for one in present])


class TicketPresence(Endpoint):
    permission_classes = [Desk]

    @says("See who is on a ticket", PresentOut(many=True), refuses=(404,), tag="acting")
    def get(self, request: Request, ticket: UUID) -> Response:
        found = place_of(request.user, ticket)
        here = present_on([found.id]).get(found.id, [])
        me = request.user.public_id
        return _answer([one for one in here if one.id != me])

    @says(
        "Say what you do with a ticket, every five seconds, and see who else is there",
        PresentOut(many=True),
        asks=PresenceIn,
        refuses=(404, 422),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        doing = asked(PresenceIn, request)["doing"]
        found = place_of(request.user, ticket)
        return _answer(
            ticket_presence.be_on_ticket(
                ticket=found.id, user=request.user, doing=doing
            )
        )

    @says("Say that you have left", None, status=204, refuses=(404,), tag="acting")
    def delete(self, request: Request, ticket: UUID) -> Response:
        found = place_of(request.user, ticket)
        ticket_presence.leave_ticket(ticket=found.id, user=request.user)
        return Response(status=204)
