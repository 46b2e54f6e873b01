"""Tickets, listed and looked at."""

from uuid import UUID

from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import (
    Filter,
    agent,
    flag,
    moment,
    one_of,
    read_filters,
    some_of,
)
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import (
    TicketInFullOut,
    TicketOut,
    ticket_in_full_out,
    ticket_out,
)
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Priority
from webcare.queries.ticket_lists import (
    ORDERS,
    TicketRow,
    Wanted,
    ticket_in_full,
    ticket_page,
)
from webcare.queries.tickets import Seen

FILTERS = {
    "status": Filter(
        some_of(*Status.values, aliases={"live": sorted(LIVE)}),
        f"Any of {', '.join(Status.values)}, or live; commas between.",
    ),
    "queue": Filter(str, "The slug of a queue, or none."),
    "topic": Filter(str, "The slug of a topic, or none."),
    "agent": Filter(agent, "me, none, or the id of an agent."),
    "channel": Filter(str, "The slug of a channel."),
    "priority": Filter(
        some_of(*Priority.values), f"Any of {', '.join(Priority.values)}."
    ),
    "language": Filter(str, "A language tag, such as nl."),
    "breached": Filter(flag, "Whether a promise that runs is past its time.", bool),
    "opened_after": Filter(moment, "Opened at or after this instant."),
    "opened_before": Filter(moment, "Opened before this instant."),
    "changed_after": Filter(moment, "Changed at or after this instant."),
    "order": Filter(
        one_of(*ORDERS),
        "-opened if unsaid; without the time comes last.",
        choices=tuple(ORDERS),
    ),
}
PARAMETERS = (*(one.parameter(name) for name, one in FILTERS.items()), *PAGING)


class TicketList(Endpoint):
    """The tickets you may see."""

    permission_classes = [Desk]

    @says(
        "List tickets",
        TicketOut,
        parameters=PARAMETERS,
        refuses=(422,),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        wanted = read_filters(request, FILTERS, ("limit", "cursor"))
        order = wanted.pop("order", "-opened")
        mark, limit = mark_of(request, order), limit_of(request)
        rows, page = ticket_page(request.user, Wanted(**wanted), order, mark, limit)
        return Response(paged(request, page, [ticket_out(row) for row in rows], order))


class TicketDetail(Endpoint):
    """One ticket; its ETag says what you have seen of it."""

    permission_classes = [Desk]

    @says("Look at a ticket", TicketInFullOut, refuses=(404,), tag="tickets")
    def get(self, request: Request, ticket: UUID) -> Response:
        return show(*ticket_in_full(request.user, ticket))


def show(row: TicketRow, seen: Seen) -> Response:
    """Answer with a ticket and the tag of what its reader has now seen."""
    return Response(ticket_in_full_out(row), headers={"ETag": str(seen)})
