"""Notes between colleagues: written once, never changed."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.notes import Written, add_note
from webcare.api.acting import LONGEST_TEXT, Acting
from webcare.api.conversation import page_of
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING
from webcare.api.schema import IF_MATCH, View, says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.queries import conversation as said
from webcare.queries.conversation import NoteRow, note_row


class NoteIn(In):
    """`@name` or `@initials` calls a colleague, who then follows the ticket."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class NoteOut(Out):
    """What a colleague says to colleagues; it never leaves the desk."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    author = PersonOut(allow_null=True)
    written_at = serializers.DateTimeField()
    mentions = PersonOut(many=True)


class WrittenNoteOut(NoteOut):
    """A new note; `not_mentioned` are names in it that call nobody on this ticket."""

    not_mentioned = serializers.ListField(child=serializers.CharField())


def note_out(row: NoteRow) -> Json:
    return {
        "id": str(row.id),
        "text": row.text,
        "author": person(row.author, row.author_name),
        "written_at": stamp(row.written_at),
        "mentions": row.mentions,
    }


def written_out(written: Written) -> Json:
    shown = note_out(note_row(written.note))
    return {**shown, "not_mentioned": written.not_mentioned}


def writes(view: View) -> View:
    return says(
        "Tell colleagues something about a ticket",
        WrittenNoteOut,
        asks=NoteIn,
        status=201,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )(view)


class AddNote(Acting):
    @writes
    def post(self, request: Request, ticket: UUID) -> Response:
        return _write(self, request, ticket)


class TicketNotes(Acting):
    @says(
        "List the notes on a ticket",
        NoteOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        return page_of(request, ticket, said.note_page, note_out)

    @writes
    def post(self, request: Request, ticket: UUID) -> Response:
        return _write(self, request, ticket)


def _write(view: Acting, request: Request, public_id: UUID) -> Response:
    found: Any = view.ticket(request, public_id)
    text = asked(NoteIn, request)["text"]
    written = add_note(ticket=found, user=request.user, text=text)
    return Response(written_out(written), status=201)
