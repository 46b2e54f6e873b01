"""Who follows a ticket."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.followers import follow_ticket
from webcare.api.acting import Acting, changes
from webcare.api.conversation import page_of
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, PersonOut, stamp
from webcare.api.tickets import show
from webcare.queries.notifications import FollowerRow, follower_page
from webcare.queries.ticket_lists import ticket_by_id


class FollowIn(In):
    on = serializers.BooleanField(default=True)


class FollowerOut(PersonOut):
    since = serializers.DateTimeField()


def follower_out(row: FollowerRow) -> Json:
    return {"id": str(row.id), "name": row.name, "since": stamp(row.since)}


class Follow(Acting):
    @changes("Follow a ticket, or stop", FollowIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        on = asked(FollowIn, request)["on"]
        follow_ticket(ticket=found, user=request.user, on=on)
        return show(*ticket_by_id(found.pk))


class TicketFollowers(Endpoint):
    permission_classes = [Desk]

    @says(
        "List who follows a ticket",
        FollowerOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        return page_of(request, ticket, follower_page, follower_out)
