"""What was said and done on a ticket: messages, answers, history, promises."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import AuthorOut, Json, Out, PersonOut, person, stamp
from webcare.queries import conversation as said
from webcare.queries.attachments import Attached
from webcare.queries.conversation import (
    Direction,
    MessageRow,
    ReplyRow,
    State,
    Visibility,
)
from webcare.queries.event_rows import EventKind, EventRow, event_page
from webcare.queries.gone import Gone
from webcare.queries.tickets import Seen

CURSOR = ("limit", "cursor")


class VersionOut(Out):
    text = serializers.CharField()
    written_at = serializers.DateTimeField()


class AttachmentOut(Out):
    url = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()


class AttachedOut(Out):
    """A file of ours; `url` gives its bytes to who may see it, `size` is in bytes."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField()
    size = serializers.IntegerField()
    alt = serializers.CharField()
    url = serializers.CharField()


def attached_out(row: Attached) -> Json:
    url = reverse("api:attachment", args=[row.id])
    return {**row._asdict(), "url": url}


class MessageOut(Out):
    """A message; `versions` are its earlier texts, a deleted one has no text.

    It is gone because of its *author*, of a *request* to be erased, or of its *age*.
    """

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    text = serializers.CharField()
    url = serializers.CharField()
    language = serializers.CharField()
    in_reply_to = serializers.CharField()
    posted_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    deleted_because = serializers.ChoiceField(choices=Gone.values, allow_null=True)
    hidden_at = serializers.DateTimeField(allow_null=True)
    liked_at = serializers.DateTimeField(allow_null=True)
    author = AuthorOut(allow_null=True)
    written_by = PersonOut(allow_null=True)
    automatic = serializers.BooleanField()
    of_ticket = serializers.BooleanField()
    ticket = serializers.UUIDField(allow_null=True)
    versions = VersionOut(many=True)
    attachments = AttachmentOut(many=True)


def message_out(row: MessageRow) -> Json:
    author = row.author and {
        "id": str(row.author),
        "handle": row.author_handle,
        "name": row.author_name,
    }
    return {
        "id": str(row.id),
        "external_id": row.external_id,
        "direction": row.direction,
        "visibility": row.visibility,
        "text": row.text,
        "url": row.url,
        "language": row.language,
        "in_reply_to": row.in_reply_to,
        "posted_at": stamp(row.posted_at),
        "received_at": stamp(row.received_at),
        "edited_at": stamp(row.edited_at),
        "deleted_at": stamp(row.deleted_at),
        "deleted_because": row.deleted_because,
        "hidden_at": stamp(row.hidden_at),
        "liked_at": stamp(row.liked_at),
        "author": author,
        "written_by": person(row.written_by, row.written_by_name),
        "automatic": row.automatic,
        "of_ticket": row.of_ticket,
        "ticket": row.ticket and str(row.ticket),
        "versions": row.versions,
        "attachments": [*row.attachments, *map(_as_theirs, row.sent_with)],
    }


def _as_theirs(row: Attached) -> Json:
    """A file that went out with an answer, in the shape of those that came in."""
    told = attached_out(row)
    return {name: told[name] for name in ("url", "name", "type")}


class AnsweringRuleOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()


FOR_APPROVAL = "for_approval"


class ReplyOut(Out):
    """An answer of ours; until `due_at` a waiting one can be taken back.

    An automatic one was said by a rule, and has no author. After that, and after one
    that is holding, the author still waits for an answer.
    One that a colleague has to read first is *for_approval*: it has no `id` yet but
    that of its `approval`, and it waits until `due_at`.
    """

    id = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()
    author = PersonOut(allow_null=True)
    automatic = serializers.BooleanField()
    holding = serializers.BooleanField()
    rule = AnsweringRuleOut(allow_null=True)
    written_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        choices=[*State.choices, (FOR_APPROVAL, "For approval")]
    )
    due_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()
    message = serializers.UUIDField(allow_null=True)
    approval = serializers.UUIDField(allow_null=True)
    attachments = AttachedOut(many=True)
    approved_by = PersonOut(allow_null=True)


def reply_out(row: ReplyRow) -> Json:
    return {
        "id": str(row.id),
        "text": row.text,
        "author": person(row.author, row.author_name),
        "automatic": row.rule is not None,
        "holding": row.holding,
        "rule": row.rule and {"id": str(row.rule), "name": row.rule_name},
        "written_at": stamp(row.written_at),
        "state": row.state,
        "due_at": stamp(row.due_at),
        "settled_at": stamp(row.settled_at),
        "failure": row.failure,
        "message": row.message and str(row.message),
        "approval": None,
        "attachments": [attached_out(one) for one in row.attachments],
        "approved_by": person(row.approved_by, row.approved_by_name),
    }


def news_out(ticket: int, seen: Seen | None) -> list[Json]:
    """What is new since somebody looked."""
    return [
        {"direction": one.direction, "text": one.text, "at": stamp(one.at)}
        for one in (said.news_since(ticket, seen) if seen else [])
    ]


class EventOut(Out):
    """Something that happened: `effective_at` then, `recorded_at` when we knew."""

    id = serializers.IntegerField()
    ticket = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    effective_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    cause = serializers.CharField()
    actor = PersonOut(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]


def event_out(row: EventRow) -> Json:
    return {
        "id": row.id,
        "ticket": str(row.ticket),
        "kind": row.kind,
        "effective_at": stamp(row.effective_at),
        "recorded_at": stamp(row.recorded_at),
        "cause": row.cause,
        "actor": person(row.actor, row.actor_name),
        "data": row.data,
    }


class TicketMessages(Endpoint):
    permission_classes = [Desk]

    @says(
        "Read the thread of a ticket, oldest first",
        MessageOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        return page_of(request, ticket, said.message_page, message_out)


class TicketReplies(Endpoint):
    permission_classes = [Desk]

    @says(
        "List our answers on a ticket, and what became of them",
        ReplyOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        return page_of(request, ticket, said.reply_page, reply_out)


def page_of(request: Request, public_id: UUID, read: Any, out: Any) -> Response:
    """One page of what `read` finds on a ticket, each row written by `out`."""
    read_filters(request, {}, CURSOR)
    ticket = said.place_of(request.user, public_id)
    order = read.__name__
    rows, page = read(ticket, mark_of(request, order), limit_of(request))
    return Response(paged(request, page, [out(row) for row in rows], order))


class TicketEvents(Endpoint):
    permission_classes = [Desk]

    @says(
        "Read the history of a ticket",
        EventOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        return page_of(request, ticket, event_page, event_out)
