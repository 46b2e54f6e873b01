"""What one has begun to write, kept on the server."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import drafts
from webcare.api.acting import LONGEST_TAG, LONGEST_TEXT
from webcare.api.conversation import AttachedOut, attached_out
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import THEN, Json, Out, stamp
from webcare.domain.lifecycle import Status
from webcare.exceptions import NotFound
from webcare.queries.conversation import Visibility
from webcare.queries.drafts import (
    DraftRow,
    NoteDraftRow,
    draft_on,
    draft_page,
    note_draft_on,
)
from webcare.queries.people import require_role
from webcare.queries.tickets import ticket_for

ORDER = "updated"


class DraftOut(Out):
    """What you have begun on a ticket; send `seen` as If-Match with the answer.

    `attachments` are what you attached there and did not send: name them in it.
    """

    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    then = serializers.ChoiceField(choices=THEN)
    seen = serializers.CharField()
    attachments = AttachedOut(many=True)
    updated_at = serializers.DateTimeField()


class DraftIn(In):
    text = serializers.CharField(
        max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True
    )
    visibility = serializers.ChoiceField(
        choices=Visibility.choices,
        required=False,
        help_text="That of the ticket's conversation if unsaid.",
    )
    then = serializers.ChoiceField(choices=THEN, default=Status.PENDING.value)
    seen = serializers.CharField(
        max_length=LONGEST_TAG, default="", allow_blank=True, help_text="An ETag."
    )


def draft_out(row: DraftRow) -> Json:
    return {
        "ticket": str(row.ticket),
        "number": row.number,
        "text": row.text,
        "visibility": row.visibility,
        "then": row.then,
        "seen": row.seen,
        "attachments": [attached_out(one) for one in row.attachments],
        "updated_at": stamp(row.updated_at),
    }


class Drafts(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what you have begun to write, the newest first",
        DraftOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="drafts",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = draft_page(request.user, mark, limit)
        return Response(paged(request, page, [draft_out(r) for r in rows], ORDER))


class TicketDraft(Endpoint):
    permission_classes = [Desk]

    @says("Look at what you have begun", DraftOut, refuses=(404,), tag="drafts")
    def get(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        row = draft_on(request.user, found.pk)
        if row is None:
            raise NotFound("You have begun nothing here.")
        return Response(draft_out(row))

    @says(
        "Keep what you have written so far",
        DraftOut,
        asks=DraftIn,
        refuses=(404, 422),
        once=False,
        tag="drafts",
    )
    def put(self, request: Request, ticket: UUID) -> Response:
        given = asked(DraftIn, request)
        found = ticket_for(request.user, ticket)
        drafts.keep_draft(
            ticket=found,
            user=request.user,
            text=given["text"],
            visibility=Visibility(given.get("visibility", found.thread.visibility)),
            then=Status(given["then"]),
            seen=given["seen"],
        )
        row = draft_on(request.user, found.pk)
        assert row is not None
        return Response(draft_out(row))

    @says("Throw it away", None, status=204, refuses=(404,), tag="drafts")
    def delete(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        drafts.drop_draft(ticket=found, user=request.user)
        return Response(status=204)


class NoteDraftOut(Out):
    """The note that you have begun on a ticket."""

    ticket = serializers.UUIDField()
    text = serializers.CharField()
    updated_at = serializers.DateTimeField()


class NoteDraftIn(In):
    text = serializers.CharField(
        max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True
    )


def note_draft_out(row: NoteDraftRow) -> Json:
    return {
        "ticket": str(row.ticket),
        "text": row.text,
        "updated_at": stamp(row.updated_at),
    }


class TicketNoteDraft(Endpoint):
    permission_classes = [Desk]

    @says(
        "Look at the note that you have begun",
        NoteDraftOut,
        refuses=(404,),
        tag="drafts",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        row = note_draft_on(request.user, found)
        if row is None:
            raise NotFound("You have begun no note here.")
        return Response(note_draft_out(row))

    @says(
        "Keep the note that you have written so far",
        NoteDraftOut,
        asks=NoteDraftIn,
        refuses=(404, 422),
        once=False,
        tag="drafts",
    )
    def put(self, request: Request, ticket: UUID) -> Response:
        text = asked(NoteDraftIn, request)["text"]
        found = ticket_for(request.user, ticket)
        drafts.keep_note_draft(ticket=found, user=request.user, text=text)
        row = note_draft_on(request.user, found)
        assert row is not None
        return Response(note_draft_out(row))

    @says("Throw the note away", None, status=204, refuses=(404,), tag="drafts")
    def delete(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket, with_names=False)
        drafts.drop_note_draft(ticket=found, user=request.user)
        return Response(status=204)
