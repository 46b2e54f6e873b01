"""One's own last change of a ticket, taken back."""

from typing import Any
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
from webcare.exceptions import NotFound, TicketChanged
from webcare.queries.sight import visible_tickets
from webcare.queries.ticket_lists import ticket_by_id
from webcare.queries.tickets import ticket_moved_away


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
        given = asked(UndoIn, request)
        what = Undoable(given.pop("what"))
        found = self._changed(request, ticket, what)
        try:
            undo_change(ticket=found, user=request.user, what=what, **given)
        except TicketChanged as changed:
            changed.data |= _news(request, found.pk)
            raise
        return answer_with(found)

    def _changed(self, request: Request, ticket: UUID, what: Undoable) -> Any:
        """The ticket as the caller has seen it, or as it left their sight."""
        try:
            return self.ticket(request, ticket)
        except NotFound:
            return ticket_moved_away(request.user, ticket, what)


def _news(request: Request, ticket: int) -> dict[str, Any]:
    """The ticket as it is now, for who sees it."""
    if not visible_tickets(request.user).filter(pk=ticket).exists():
        return {}
    row, now = ticket_by_id(ticket)
    return {"etag": str(now), "ticket": ticket_out(row)}
