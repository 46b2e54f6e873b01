"""Tickets, listed and looked at."""

from uuid import UUID

from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import TICKETS, ticket_filters
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import (
    ListedTicketOut,
    TicketInFullOut,
    listed_ticket_out,
    ticket_in_full_out,
)
from webcare.queries.ticket_lists import TicketRow, ticket_in_full, ticket_page
from webcare.queries.tickets import Seen


class TicketList(Endpoint):
    """The tickets you may see."""

    permission_classes = [Desk]

    @says(
        "List tickets",
        ListedTicketOut,
        parameters=(*TICKETS, *PAGING),
        refuses=(422,),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        wanted, order = ticket_filters(request)
        mark, limit = mark_of(request, order), limit_of(request)
        rows, page = ticket_page(request.user, wanted, order, mark, limit)
        return Response(
            paged(request, page, [listed_ticket_out(row) for row in rows], order)
        )


class TicketDetail(Endpoint):
    """One ticket; its ETag says what you have seen of it."""

    permission_classes = [Desk]

    @says("Look at a ticket", TicketInFullOut, refuses=(404,), tag="tickets")
    def get(self, request: Request, ticket: UUID) -> Response:
        return show(*ticket_in_full(request.user, ticket))


def show(row: TicketRow, seen: Seen) -> Response:
    """Answer with a ticket and the tag of what its reader has now seen."""
    return Response(ticket_in_full_out(row), headers={"ETag": str(seen)})
