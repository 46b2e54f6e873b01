"""The tickets beside a ticket: linked, merged, split, and other authors' ones."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import links
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import AuthorOut, Json, Out, PersonOut, person, stamp
from webcare.domain.lifecycle import Status
from webcare.queries.links import (
    LinkRow,
    Relation,
    SiblingRow,
    link_of,
    link_page,
    link_row,
    sibling_page,
)
from webcare.queries.tickets import ticket_for


class LinkIn(In):
    """`kind` says what the other ticket is to this one."""

    ticket = serializers.UUIDField()
    kind = serializers.ChoiceField(
        choices=[Relation.RELATED.value, Relation.PARENT.value, Relation.CHILD.value],
        default=Relation.RELATED.value,
    )


class BesideOut(Out):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    excerpt = serializers.CharField()
    agent = PersonOut(allow_null=True)


class LinkOut(Out):
    """What another ticket is to this one; only what has an `id` can be removed."""

    id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(choices=Relation.choices)
    at = serializers.DateTimeField()
    by = PersonOut(allow_null=True)
    ticket = BesideOut()


def link_out(row: LinkRow) -> Json:
    return {
        "id": row.link and str(row.link),
        "kind": row.relation,
        "at": stamp(row.at),
        "by": person(row.by, row.by_name),
        "ticket": {
            "id": str(row.ticket),
            "number": row.pk,
            "status": row.status,
            "excerpt": row.excerpt,
            "agent": person(row.agent, row.agent_name),
        },
    }


class SiblingOut(Out):
    """Another author's ticket in the same thread."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    excerpt = serializers.CharField()
    opened_at = serializers.DateTimeField()
    author = AuthorOut()
    agent = PersonOut(allow_null=True)


def sibling_out(row: SiblingRow) -> Json:
    return {
        "id": str(row.ticket),
        "number": row.number,
        "status": row.status,
        "excerpt": row.excerpt,
        "opened_at": stamp(row.opened_at),
        "author": {
            "id": str(row.author),
            "handle": row.author_handle,
            "name": row.author_name,
        },
        "agent": row.agent and {"id": str(row.agent), "name": row.agent_name},
    }


class TicketLinks(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the tickets that are linked to a ticket, merged with it or split off",
        LinkOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, CURSOR)
        found = ticket_for(request.user, ticket, with_names=False)
        mark, limit = mark_of(request, "links"), limit_of(request)
        rows, page = link_page(request.user, found, mark, limit)
        return Response(paged(request, page, [link_out(row) for row in rows], "links"))

    @says(
        "Link a ticket to another",
        LinkOut,
        asks=LinkIn,
        status=201,
        refuses=(404, 422),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(LinkIn, request)
        here = ticket_for(request.user, ticket, with_names=False)
        there = ticket_for(request.user, given["ticket"], with_names=False)
        link = links.link_tickets(
            ticket=here,
            other=there,
            is_a=Relation(given["kind"]),
            user=request.user,
        )
        return Response(link_out(link_row(request.user, here, link)), status=201)


class TicketLink(Endpoint):
    permission_classes = [Desk]

    @says("Remove a link", None, status=204, refuses=(404,), tag="acting")
    def delete(self, request: Request, ticket: UUID, link: UUID) -> Response:
        here = ticket_for(request.user, ticket, with_names=False)
        links.unlink_tickets(
            link=link_of(request.user, here, link), ticket=here, user=request.user
        )
        return Response(status=204)


class TicketSiblings(Endpoint):
    permission_classes = [Desk]

    @says(
        "List other authors' tickets in the same thread",
        SiblingOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, CURSOR)
        found = ticket_for(request.user, ticket, with_names=False)
        mark, limit = mark_of(request, "siblings"), limit_of(request)
        rows, page = sibling_page(request.user, found, mark, limit)
        out = [sibling_out(row) for row in rows]
        return Response(paged(request, page, out, "siblings"))
