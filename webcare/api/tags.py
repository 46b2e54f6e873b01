"""The desk's tags, and tickets that carry them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import tags
from webcare.api.acting import Acting, changes
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, TagOut, stamp
from webcare.api.tickets import show
from webcare.queries import tags as known
from webcare.queries.people import require_role
from webcare.queries.tags import Colour, chosen_tags, tag_named
from webcare.queries.ticket_lists import ticket_by_id


class TagInFullOut(TagOut):
    """A word for tickets; a retired one is put on no other ticket."""

    retired_at = serializers.DateTimeField(allow_null=True)


class TagChange(In):
    name = serializers.CharField(max_length=100)
    colour = serializers.ChoiceField(choices=Colour.choices, required=False)
    retired = serializers.BooleanField(required=False)


class TagIn(In):
    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=100)
    colour = serializers.ChoiceField(choices=Colour.choices, required=False)


class TagTicketIn(In):
    """Slugs of tags that come and go; what is so already is no error."""

    add = serializers.ListField(
        child=serializers.SlugField(max_length=50), default=list, max_length=50
    )
    remove = serializers.ListField(
        child=serializers.SlugField(max_length=50), default=list, max_length=50
    )


def tag_out(tag: Any) -> Json:
    return {
        "slug": tag.slug,
        "name": tag.name,
        "colour": tag.colour,
        "retired_at": stamp(tag.retired_at),
    }


class Tags(Endpoint):
    permission_classes = [SetUp]

    @says("List tags", TagInFullOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([tag_out(tag) for tag in known.tags_for(request.user)])

    @says(
        "Make a tag", TagInFullOut, asks=TagIn, status=201, refuses=(422,), tag="set-up"
    )
    def post(self, request: Request) -> Response:
        made = tags.make_tag(user=request.user, **asked(TagIn, request))
        return Response(tag_out(made), status=201)


class TagDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a tag", TagInFullOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(tag_out(tag_named(slug, known.tags_for(request.user))))

    @says(
        "Change a tag, or retire it",
        TagInFullOut,
        asks=TagChange,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = asked(TagChange, request, partial=True)
        changed = tags.change_tag(user=request.user, tag=tag_named(slug), **fields)
        return Response(tag_out(changed))

    @says(
        "Remove a tag that is on no ticket",
        None,
        status=204,
        refuses=(404, 422),
        tag="set-up",
    )
    def delete(self, request: Request, slug: str) -> Response:
        tags.remove_tag(user=request.user, tag=tag_named(slug))
        return Response(status=204)


class TagTicket(Acting):
    @changes("Put tags on a ticket, and take others off", TagTicketIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(TagTicketIn, request)
        tags.tag_ticket(
            ticket=found,
            user=request.user,
            add=chosen_tags(request.user, given["add"], "add"),
            remove=chosen_tags(request.user, given["remove"], "remove"),
        )
        return show(*ticket_by_id(found.pk))
