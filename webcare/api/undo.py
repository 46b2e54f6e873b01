"""One's own last change of a ticket, taken back."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.undo import undo_change
from webcare.api.acting import Acting, answer_with, changes
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked
from webcare.api.shapes import ticket_out
from webcare.domain.lifecycle import UNDO_SECONDS
from webcare.domain.undo import Undoable
from webcare.exceptions import TicketChanged
from webcare.queries.ticket_lists import ticket_by_id


class UndoIn(In):
    what = serializers.ChoiceField(choices=Undoable.choices)
    reason = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="Of a priority: the reason that stood by the one before.",
    )


class UndoChange(Acting):
    @changes(
        f"Take back your own last change, within {UNDO_SECONDS} seconds, where nobody "
        "has changed it since",
        UndoIn,
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(UndoIn, request)
        what = Undoable(given.pop("what"))
        try:
            undo_change(ticket=found, user=request.user, what=what, **given)
        except TicketChanged as changed:
            row, now = ticket_by_id(found.pk)
            changed.data |= {"etag": str(now), "ticket": ticket_out(row)}
            raise
        return answer_with(found)
