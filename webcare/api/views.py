"""Lists of tickets under a name, with how much is in them."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import views as actions
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters, wanted_of
from webcare.api.inputs import In, asked, version_in
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, ListedTicketOut, Out, PersonOut, listed_ticket_out
from webcare.domain.ticket_filters import ORDERS
from webcare.queries.people import require_role
from webcare.queries.setup import queue_named
from webcare.queries.ticket_lists import ticket_page
from webcare.queries.views import (
    COUNTED,
    Audience,
    Shown,
    counts_of,
    row_for,
    team_for,
    view_for,
    views_of,
)


class TeamOfViewOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ViewOut(Out):
    """A list of tickets under a name. Those that everybody has have a word as id."""

    id = serializers.CharField()
    name = serializers.CharField()
    name_nl = serializers.CharField(allow_blank=True)
    filters = serializers.DictField(
        child=serializers.CharField(), help_text="Parameters of the list of tickets."
    )
    order = serializers.ChoiceField(choices=ORDERS)
    audience = serializers.CharField(help_text="everybody, private, queue, team, desk.")
    queue = serializers.CharField(allow_null=True)
    team = TeamOfViewOut(allow_null=True)
    owner = PersonOut(allow_null=True)
    position = serializers.IntegerField()
    version = serializers.IntegerField()


class ViewChange(In):
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    filters = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False
    )
    order = serializers.ChoiceField(choices=ORDERS, required=False)
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    queue = serializers.CharField(max_length=50, required=False, allow_null=True)
    team = serializers.UUIDField(required=False, allow_null=True)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class ViewIn(ViewChange):
    pass


class CountOut(Out):
    """How many tickets a view holds; `capped` means at least so many."""

    id = serializers.CharField()
    count = serializers.IntegerField()
    capped = serializers.BooleanField()


def view_out(view: Shown) -> Json:
    return {
        "id": view.id,
        "name": str(view.name),
        "name_nl": view.name_nl,
        "filters": view.filters,
        "order": view.order,
        "audience": view.audience,
        "queue": view.queue,
        "team": view.team and {"id": str(view.team), "name": view.team_name},
        "owner": view.owner and {"id": str(view.owner), "name": view.owner_name},
        "position": view.position,
        "version": view.version,
    }


def _named(request: Request, fields: Json) -> Json:
    """Put rows in the place of names. Raises NotFound."""
    if fields.get("queue"):
        fields["queue"] = queue_named(fields["queue"])
    if fields.get("team"):
        fields["team"] = team_for(request.user, fields["team"])
    return fields


def _tagged(view: Shown, status: int = 200) -> Response:
    tag = {"ETag": f'"{view.version}"'}
    return Response(view_out(view), status=status, headers=tag)


class Views(Endpoint):
    permission_classes = [Desk]

    @says("List the views you have", ViewOut(many=True), tag="views")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([view_out(view) for view in views_of(request.user)])

    @says(
        "Keep a list under a name",
        ViewOut,
        asks=ViewIn,
        status=201,
        refuses=(404, 422),
        tag="views",
    )
    def post(self, request: Request) -> Response:
        fields = _named(request, asked(ViewIn, request))
        made = actions.make_view(user=request.user, **fields)
        return _tagged(view_for(request.user, str(made.public_id)), 201)


class ViewDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at a view", ViewOut, refuses=(404,), tag="views")
    def get(self, request: Request, view: str) -> Response:
        require_role(request.user)
        return _tagged(view_for(request.user, view))

    @says(
        "Change a view",
        ViewOut,
        asks=ViewChange,
        refuses=(404, 412, 422),
        parameters=(IF_MATCH,),
        tag="views",
        once=False,
    )
    def patch(self, request: Request, view: str) -> Response:
        row = row_for(request.user, view)
        fields = _named(request, asked(ViewChange, request, partial=True))
        actions.change_view(
            user=request.user, view=row, version=version_in(request), **fields
        )
        return _tagged(view_for(request.user, view))

    @says("Remove a view", None, status=204, refuses=(404,), tag="views")
    def delete(self, request: Request, view: str) -> Response:
        actions.remove_view(user=request.user, view=row_for(request.user, view))
        return Response(status=204)


class ViewTickets(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the tickets of a view",
        ListedTicketOut,
        refuses=(404, 422),
        parameters=(*PAGING,),
        tag="views",
        is_list=True,
    )
    def get(self, request: Request, view: str) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        found = view_for(request.user, view)
        wanted, order = wanted_of(found.filters, found.order)
        mark, limit = mark_of(request, order), limit_of(request)
        rows, page = ticket_page(request.user, wanted, order, mark, limit)
        return Response(
            paged(request, page, [listed_ticket_out(row) for row in rows], order)
        )


class ViewCounts(Endpoint):
    permission_classes = [Desk]

    @says(
        f"Count the tickets of your views, each up to {COUNTED}",
        CountOut(many=True),
        tag="views",
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        counts = counts_of(request.user, views_of(request.user))
        return Response([_count_out(name, one) for name, one in counts.items()])


def _count_out(name: str, count: Any) -> Json:
    return {"id": name, "count": count.tickets, "capped": count.capped}
