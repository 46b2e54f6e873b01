"""How urgent a ticket is, and whether there is danger."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.priority import set_danger, set_priority
from webcare.api.acting import Acting, changes
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked
from webcare.api.tickets import show
from webcare.domain.outcomes import Priority
from webcare.queries.ticket_lists import ticket_by_id


class PriorityIn(In):
    priority = serializers.ChoiceField(choices=Priority.choices)
    reason = serializers.CharField(max_length=200)


class DangerIn(In):
    """True is said by whoever works on it; a false alarm needs more of a right."""

    is_danger = serializers.BooleanField()
    reason = serializers.CharField(max_length=200)


class SetPriority(Acting):
    @changes("Say how urgent a ticket is, and why", PriorityIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(PriorityIn, request)
        set_priority(
            ticket=found,
            user=request.user,
            priority=Priority(given["priority"]),
            reason=given["reason"],
            version=found.version,
        )
        return show(*ticket_by_id(found.pk))


class SetDanger(Acting):
    @changes("Say that there is danger, or that it was a false alarm", DangerIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        set_danger(ticket=found, user=request.user, **asked(DangerIn, request))
        return show(*ticket_by_id(found.pk))
