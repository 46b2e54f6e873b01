"""The life of a ticket: parked, put away, taken back, closed, and looked back at."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.clock import database_now
from webcare.actions import deciding, endings, parking
from webcare.api.acting import Acting, answer_with, changes
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.domain.lifecycle import LONGEST_SNOOZE, UNDO_SECONDS, Status
from webcare.domain.outcomes import Priority, Verdict
from webcare.domain.parameters import moment
from webcare.exceptions import NotFound
from webcare.queries import history
from webcare.queries.conversation import place_of

_AT = {"at": Filter(moment, "The moment, as it was known then; now if unsaid.")}


class ParkIn(In):
    """`as` is a word of Python, so the field is put there by name."""

    def get_fields(self) -> Any:
        choices = [(one.value, one.label) for one in parking.PARKED_AS]
        return {"as": serializers.ChoiceField(choices=choices)}


class SnoozeIn(In):
    until = serializers.DateTimeField(
        help_text=f"In the future, within {LONGEST_SNOOZE.days} days."
    )


class DecideIn(In):
    message = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)


class HeardIn(In):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MessageDecisionOut(Out):
    """What holds for a message now, and the ticket it is on."""

    message = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    ticket = serializers.UUIDField(allow_null=True)


class StateOut(Out):
    """What a ticket was at a moment, by what was recorded until then."""

    at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    queue = serializers.CharField(allow_null=True)
    topic = serializers.CharField(allow_null=True)
    agent = PersonOut(allow_null=True)


class Park(Acting):
    @changes("Let a ticket wait for its customer or a colleague", ParkIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        status = Status(asked(ParkIn, request)["as"])
        parked = parking.park_ticket(ticket=found, user=request.user, status=status)
        return answer_with(parked)


class Resume(Acting):
    @changes("Take a parked ticket up again")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(parking.resume_ticket(ticket=found, user=request.user))


class Snooze(Acting):
    @changes("Put a ticket away until a moment", SnoozeIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        until = asked(SnoozeIn, request)["until"]
        return answer_with(
            parking.snooze_ticket(ticket=found, user=request.user, until=until)
        )


class UndoResolve(Acting):
    @changes(f"Take back your own resolving, within {UNDO_SECONDS} seconds")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(endings.undo_resolve(ticket=found, user=request.user))


class Close(Acting):
    @changes("Close a ticket that can no longer be reopened")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(endings.close_ticket(ticket=found, user=request.user))


class Decide(Acting):
    @changes("Say whether a message on a ticket has to be answered", DecideIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(DecideIn, request)
        return answer_with(
            deciding.decide_on_ticket(
                ticket=found,
                user=request.user,
                message=given["message"],
                verdict=Verdict(given["verdict"]),
            )
        )


class DecideHeard(Endpoint):
    """Something heard that is on no ticket."""

    permission_classes = [Desk]

    @says(
        "Say what we do with something heard",
        MessageDecisionOut,
        asks=HeardIn,
        refuses=(404, 409, 422),
        tag="acting",
    )
    def post(self, request: Request, message: UUID) -> Response:
        given = asked(HeardIn, request)
        decided = deciding.decide_on_message(
            user=request.user,
            message=message,
            verdict=Verdict(given["verdict"]),
            reason=given.get("reason", ""),
        )
        return Response(_decided_out(decided))


def _decided_out(decided: deciding.Decided) -> Json:
    return {
        "message": str(decided.message),
        "verdict": decided.verdict,
        "reason": decided.reason,
        "ticket": decided.ticket and str(decided.ticket),
    }


class TicketState(Endpoint):
    permission_classes = [Desk]

    @says(
        "Look at what a ticket was at a moment",
        StateOut,
        parameters=tuple(one.parameter(name) for name, one in _AT.items()),
        refuses=(404, 422),
        tag="tickets",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        found = place_of(request.user, ticket)
        at = read_filters(request, _AT).get("at") or database_now()
        state = history.named_state(found.id, at)
        if state is None:
            raise NotFound("This ticket was not there yet.")
        told = {**state._asdict(), "agent": person(state.agent, state.agent_name)}
        del told["agent_name"]
        return Response({"at": stamp(at), **told})
