"""A report for those who lead: work that was taken before its turn."""

from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.clock import database_now
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.reports.asked import period_of
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.domain.parameters import moment
from webcare.queries.claims import ClaimsRow, claims_page
from webcare.queries.setup import queue_for

LONGEST_DAYS = 100
ORDER = "claims"
FILTERS = {
    "from": Filter(moment, "The first instant; seven days before `to` if unsaid."),
    "to": Filter(moment, "Up to and without this instant; now if unsaid."),
    "queue": Filter(str, "Of this queue alone, by where tickets are now."),
}


class SkipOut(Out):
    """One claim that passed work over: its line in the log of its ticket."""

    event = serializers.IntegerField()
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    skipped = serializers.IntegerField(help_text="Tickets, at most 100.")
    older_seconds = serializers.IntegerField(allow_null=True)


class ClaimsOut(Out):
    """What somebody took by hand, and how much of it before its turn.

    `older_…_seconds` is by how much the oldest question that was passed over was older
    than the one taken, over the claims that passed something over.
    """

    agent = PersonOut()
    claims = serializers.IntegerField()
    skips = serializers.IntegerField()
    skipped_tickets = serializers.IntegerField()
    older_p50_seconds = serializers.IntegerField(allow_null=True)
    older_max_seconds = serializers.IntegerField(allow_null=True)
    last_at = serializers.DateTimeField()
    latest = SkipOut(many=True)


def claims_out(row: ClaimsRow) -> Json:
    return {
        "agent": person(row.agent, row.agent_name),
        "claims": row.claims,
        "skips": row.skips,
        "skipped_tickets": row.tickets,
        "older_p50_seconds": row.older_p50,
        "older_max_seconds": row.older_max,
        "last_at": stamp(row.last_at),
        "latest": row.latest,
    }


class Skipped(Endpoint):
    permission_classes = [Desk]

    @says(
        "Who took work before its turn, and what was passed over",
        ClaimsOut,
        parameters=(*(one.parameter(name) for name, one in FILTERS.items()), *PAGING),
        refuses=(404, 422),
        tag="reports",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        given = read_filters(request, FILTERS, ("limit", "cursor"))
        period = period_of(given, database_now(), LONGEST_DAYS)
        if queue := given.get("queue"):
            queue_for(request.user, queue)
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = claims_page(request.user, period, queue, mark, limit)
        shown = [claims_out(row) for row in rows]
        return Response(paged(request, page, shown, ORDER))
