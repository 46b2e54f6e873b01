"""Four eyes: answers that a colleague reads before they go out."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import approvals
from webcare.api.conversation import (
    FOR_APPROVAL,
    AttachedOut,
    ReplyOut,
    attached_out,
    news_out,
    reply_out,
)
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, flag, one_of, read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import THEN, Json, Out, PersonOut, person, stamp
from webcare.exceptions import ApprovalOver
from webcare.queries.approvals import (
    ApprovalRow,
    ApprovalState,
    approval_for,
    approval_page,
    approval_row,
    written_when,
)
from webcare.queries.conversation import Visibility, written_row
from webcare.queries.people import require_role

ORDER = "asked"


class ApprovalOut(Out):
    """An answer that waits to be read, or did.

    `digest` is SHA-256 over text, files, visibility and recipient: send back the one
    you have read. `reason` is the approver's sentence where it is rejected, or a word
    where it is void: edited, author_wrote, answered, answered_elsewhere, changed,
    withdrawn. An approved one has become the answer `reply`.
    """

    id = serializers.UUIDField()
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    writer = PersonOut()
    text = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    then = serializers.ChoiceField(choices=THEN)
    holding = serializers.BooleanField()
    attachments = AttachedOut(many=True)
    digest = serializers.CharField()
    state = serializers.ChoiceField(choices=ApprovalState.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    decided_by = PersonOut(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reply = serializers.UUIDField(allow_null=True)


def approval_out(row: ApprovalRow) -> Json:
    return {
        "id": str(row.id),
        "ticket": str(row.ticket),
        "number": row.number,
        "writer": person(row.writer, row.writer_name),
        "text": row.text,
        "visibility": row.visibility,
        "then": row.then,
        "holding": row.holding,
        "attachments": [attached_out(one) for one in row.attachments],
        "digest": bytes(row.digest).hex(),
        "state": row.state,
        "reason": row.reason,
        "asked_at": stamp(row.asked_at),
        "expires_at": stamp(row.expires_at),
        "decided_by": person(row.decided_by, row.decided_by_name),
        "decided_at": stamp(row.decided_at),
        "reply": row.reply and str(row.reply),
    }


def waiting_out(row: ApprovalRow) -> Json:
    """What waits to be read, in the shape of an answer."""
    return {
        "id": None,
        "text": row.text,
        "author": {"id": str(row.writer), "name": row.writer_name},
        "automatic": False,
        "holding": row.holding,
        "rule": None,
        "written_at": stamp(row.asked_at),
        "state": FOR_APPROVAL,
        "due_at": stamp(row.expires_at),
        "settled_at": None,
        "failure": "",
        "message": None,
        "approval": str(row.id),
        "attachments": [attached_out(one) for one in row.attachments],
        "approved_by": None,
    }


class ApproveIn(In):
    digest = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        required=False,
        help_text="Of what you have read; another is refused.",
    )


class RejectIn(In):
    reason = serializers.CharField(max_length=approvals.LONGEST_REASON)


FILTERS = {
    "state": Filter(
        one_of(*ApprovalState.values),
        "Where it stands.",
        choices=tuple(ApprovalState.values),
    ),
    "mine": Filter(flag, "Written by me, or only by others.", OpenApiTypes.BOOL),
}


class Approvals(Endpoint):
    permission_classes = [Desk]

    @says(
        "List answers that wait for a second pair of eyes, or did",
        ApprovalOut,
        parameters=(
            *(one.parameter(name) for name, one in FILTERS.items()),
            *PAGING,
        ),
        refuses=(422,),
        tag="approvals",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        wanted = read_filters(request, FILTERS, ("limit", "cursor"))
        rows, page = approval_page(
            request.user,
            state=wanted.get("state"),
            mine=wanted.get("mine"),
            mark=mark_of(request, ORDER),
            limit=limit_of(request),
        )
        return Response(paged(request, page, [approval_out(r) for r in rows], ORDER))


class ApprovalDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at one", ApprovalOut, refuses=(404,), tag="approvals")
    def get(self, request: Request, approval: UUID) -> Response:
        found = approval_for(request.user, approval)
        return Response(approval_out(approval_row(found)))

    @says(
        "Withdraw what you asked a colleague to read",
        None,
        status=204,
        refuses=(404, 409),
        tag="approvals",
    )
    def delete(self, request: Request, approval: UUID) -> Response:
        found = approval_for(request.user, approval)
        approvals.withdraw(approval=found, user=request.user)
        return Response(status=204)


class Approve(Endpoint):
    permission_classes = [Desk]

    @says(
        "Send an answer as you have read it, in its writer's name",
        ReplyOut,
        asks=ApproveIn,
        status=202,
        refuses=(404, 409, 422),
        tag="approvals",
    )
    def post(self, request: Request, approval: UUID) -> Response:
        digest = asked(ApproveIn, request).get("digest")
        found = approval_for(request.user, approval)
        try:
            reply = approvals.approve(
                approval=found,
                user=request.user,
                digest=bytes.fromhex(digest) if digest else None,
            )
        except ApprovalOver as over:
            over.data["news"] = news_out(found.ticket_id, written_when(found))
            raise
        return Response(reply_out(written_row(reply)), status=202)


class Reject(Endpoint):
    permission_classes = [Desk]

    @says(
        "Say why an answer does not go out",
        ApprovalOut,
        asks=RejectIn,
        refuses=(404, 409, 422),
        tag="approvals",
    )
    def post(self, request: Request, approval: UUID) -> Response:
        reason = asked(RejectIn, request)["reason"]
        found = approval_for(request.user, approval)
        done = approvals.reject(approval=found, user=request.user, reason=reason)
        return Response(approval_out(approval_row(done)))
