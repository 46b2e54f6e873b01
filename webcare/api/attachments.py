"""Files for answers: attached one by one, then named by the answer that takes them."""

from base64 import b64decode
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from webcare.actions import attachments as actions
from webcare.api.conversation import AttachedOut, attached_out
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.parsers import StrictJSONParser
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json
from webcare.exceptions import Invalid
from webcare.queries import attachments as queries
from webcare.queries.attachments import Attached
from webcare.queries.tickets import ticket_for

# A file is kept as it came: run by nobody, and shown by no page but ours.
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class AttachIn(In):
    """A form with a `file`; or its `name` and `content` as JSON, for small ones."""

    file = serializers.FileField(required=False, help_text="Its bytes say what it is.")
    name = serializers.CharField(max_length=255, required=False)
    content = serializers.CharField(required=False, help_text="In base64.")
    alt = serializers.CharField(
        max_length=actions.LONGEST_ALT,
        required=False,
        allow_blank=True,
        help_text="What it shows, for who does not see it.",
    )


class AttachmentChange(In):
    alt = serializers.CharField(max_length=actions.LONGEST_ALT, allow_blank=True)


class TicketAttachments(Endpoint):
    permission_classes = [Desk]
    parser_classes = [MultiPartParser, StrictJSONParser]

    @says(
        "Attach a file for an answer of yours",
        AttachedOut,
        asks={"multipart/form-data": AttachIn, "application/json": AttachIn},
        status=201,
        refuses=(404, 409, 422),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket)
        given = asked(AttachIn, request)
        name, content = _file_in(given)
        made = actions.attach(
            ticket=found,
            user=request.user,
            name=name,
            content=content,
            alt=given.get("alt", ""),
        )
        return Response(one_out(made), status=201)


def _file_in(given: Json) -> tuple[str, bytes]:
    """The name and the bytes of what was brought. Raises Invalid."""
    if file := given.get("file"):
        return given.get("name", file.name), file.read(actions.LARGEST + 1)
    if "content" not in given:
        raise Invalid(file=_("Send a file, or its content."))
    try:
        return given.get("name", ""), b64decode(given["content"], validate=True)
    except ValueError as error:
        raise Invalid(content=_("Send the bytes in base64.")) from error


class AttachmentDetail(Endpoint):
    permission_classes = [Desk]

    @says("Get the bytes of a file", None, refuses=(404,), tag="acting", is_file=True)
    def get(self, request: Request, attachment: UUID) -> HttpResponse:
        found = queries.attachment_for(request.user, attachment)
        name = content_disposition_header(as_attachment=True, filename=found.file.name)
        own = {
            "Content-Disposition": name or "attachment",
            # With a tag of its own it leaves as it is: it would not get smaller.
            "ETag": f'"{bytes(found.file.sha256).hex()}"',
        }
        return HttpResponse(
            queries.content_of(found),
            content_type=found.file.type,
            headers={**SAFE, **own},
        )

    @says(
        "Say what a file shows, before it is sent",
        AttachedOut,
        asks=AttachmentChange,
        refuses=(404, 409, 422),
        tag="acting",
    )
    def patch(self, request: Request, attachment: UUID) -> Response:
        alt = asked(AttachmentChange, request)["alt"]
        found = queries.attachment_for(request.user, attachment)
        return Response(
            one_out(actions.describe(attachment=found, user=request.user, alt=alt))
        )

    @says(
        "Remove a file before it is sent",
        None,
        status=204,
        refuses=(404, 409),
        tag="acting",
    )
    def delete(self, request: Request, attachment: UUID) -> Response:
        found = queries.attachment_for(request.user, attachment)
        actions.remove(attachment=found, user=request.user)
        return Response(status=204)


def one_out(made: Any) -> Json:
    """A file as it was just attached or described."""
    file = made.file
    return attached_out(
        Attached(str(made.public_id), file.name, file.type, file.size, file.alt)
    )
