"""What was said and done on one ticket, for programs: each part a page at a time."""

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject

from conversations.models import (
    Attachment,
    Message,
    MessageVersion,
)
from conversations.models import Direction as Direction
from conversations.models import State as State
from conversations.models import Visibility as Visibility
from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Clock, Note, Reply, Ticket, TicketEvent, TicketMessage
from webcare.queries.pages import Mark, Order, Page, read_page
from webcare.queries.tickets import Seen


class MessageRow(NamedTuple):
    """One message of a thread, with what its author made of it later."""

    posted_at: datetime
    pk: int
    id: UUID
    external_id: str
    direction: str
    visibility: str
    text: str
    url: str
    language: str
    in_reply_to: str
    received_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    author: UUID | None
    author_handle: str | None
    author_name: str | None
    of_ticket: bool
    written_by: str | None
    versions: list[dict[str, Any]]
    attachments: list[dict[str, str]]


_MESSAGE = (
    "posted_at",
    "pk",
    "public_id",
    "external_id",
    "direction",
    "visibility",
    "text",
    "url",
    "language",
    "in_reply_to",
    "received_at",
    "edited_at",
    "deleted_at",
    "author__public_id",
    "author__handle",
    "author__name",
)
MESSAGES = Order("posted_at")


def message_page(
    ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[MessageRow], Page]:
    """Return a page of the ticket's thread, oldest first: one statement.

    In public that is all of the thread, so that an answer can be understood; of a
    private thread it is what belongs to this ticket.
    """
    mine = Exists(TicketMessage.objects.filter(message=OuterRef("pk"), ticket=ticket))
    shown = Message.objects.filter(thread=ticket.thread_id)
    if ticket.thread.visibility == Visibility.PRIVATE:
        shown = shown.filter(mine)
    rows = shown.values_list(*_MESSAGE, mine, _WRITER, _VERSIONS, _ATTACHMENTS)
    page = read_page(rows, MESSAGES, mark, limit)
    return [MessageRow(*row) for row in page.rows], page


_WRITER = Subquery(
    Reply.objects.filter(delivery__message=OuterRef("pk")).values("author__public_id")[
        :1
    ]
)
_VERSIONS = ArraySubquery(
    MessageVersion.objects.filter(message=OuterRef("pk"))
    .order_by("written_at")
    .values(json=JSONObject(text="text", written_at="written_at"))
)
_ATTACHMENTS = ArraySubquery(
    Attachment.objects.filter(message=OuterRef("pk"))
    .order_by("position")
    .values(json=JSONObject(url="url", name="name", type="type"))
)


EventKind = TicketEvent.Kind


class EventRow(NamedTuple):
    """One line of history; `data` names things by what clients know them by."""

    written_in: int
    id: int
    ticket: UUID
    kind: str
    effective_at: datetime
    recorded_at: datetime
    cause: str
    actor: UUID | None
    data: dict[str, Any]


def event_page(
    ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[EventRow], Page]:
    """Return a page of the ticket's history, in the order in which it happened."""
    rows = TicketEvent.objects.filter(ticket=ticket).values_list("effective_at", "pk")
    page = read_page(rows, EVENTS_OF_TICKET, mark, limit)
    named = fetch(
        f"{EVENTS} WHERE e.id = ANY(%s) ORDER BY e.effective_at, e.id",
        [[pk for _, pk in page.rows]],
    )
    return [event_row(row) for row in named], page


def event_row(row: tuple[Any, ...]) -> EventRow:
    *plain, data = row
    return EventRow._make((*plain, json.loads(data)))


EVENTS_OF_TICKET = Order("effective_at")
# Facts are kept with our own ids, which mean nothing outside.
EVENTS = """
    SELECT e.written_in, e.id, k.public_id, e.kind, e.effective_at, e.recorded_at,
           e.cause, actor.public_id,
           e.data || jsonb_strip_nulls(jsonb_build_object(
               'queue', q.slug, 'topic', t.slug, 'agent', a.public_id,
               'message', m.public_id))
      FROM webcare_ticketevent e
      JOIN webcare_ticket k ON k.id = e.ticket_id
      LEFT JOIN webcare_user actor ON actor.id = e.actor_id
      LEFT JOIN webcare_queue q ON q.id = (e.data->>'queue')::bigint
      LEFT JOIN webcare_topic t ON t.id = (e.data->>'topic')::bigint
      LEFT JOIN webcare_user a ON a.id = (e.data->>'agent')::bigint
      LEFT JOIN conversations_message m ON m.id = (e.data->>'message')::bigint"""


class ClockRow(NamedTuple):
    promise: str
    started_at: datetime
    target_seconds: int
    due_at: datetime
    stopped_at: datetime | None


def clocks_of(ticket: Ticket) -> list[ClockRow]:
    """Return every promise made on this ticket, the first one first."""
    found = Clock.objects.filter(ticket=ticket).order_by("started_at", "pk")
    return [ClockRow(*row) for row in found.values_list(*ClockRow._fields)]


class ReplyRow(NamedTuple):
    written_at: datetime
    pk: int
    id: UUID
    text: str
    author: UUID
    state: str
    due_at: datetime
    settled_at: datetime | None
    failure: str
    message: UUID | None


_REPLY = (
    "public_id",
    "text",
    "author__public_id",
    "delivery__state",
    "delivery__due_at",
    "delivery__settled_at",
    "delivery__failure",
    "delivery__message__public_id",
)
REPLIES = Order("written_at")


def reply_page(
    ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[ReplyRow], Page]:
    """Return answers written on this ticket, with what became of each."""
    rows = Reply.objects.filter(ticket=ticket).values_list("written_at", "pk", *_REPLY)
    page = read_page(rows, REPLIES, mark, limit)
    return [ReplyRow(*row) for row in page.rows], page


def reply_row(reply: Reply) -> ReplyRow:
    """Return one answer, read afresh, in the shape of the list."""
    found = Reply.objects.filter(pk=reply.pk)
    return ReplyRow(*found.values_list("written_at", "pk", *_REPLY).get())


def reply_of(ticket: Ticket, public_id: UUID) -> Reply:
    """Return one answer of this ticket. Raises NotFound."""
    found = (
        Reply.objects.select_related("delivery")
        .filter(ticket=ticket, public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such answer on this ticket.")
    return found


class NoteRow(NamedTuple):
    written_at: datetime
    pk: int
    id: UUID
    text: str
    author: UUID | None


NOTES = Order("written_at")
_NOTE = ("written_at", "pk", "public_id", "text", "author__public_id")


def note_page(
    ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[NoteRow], Page]:
    """Return what colleagues told each other about this ticket."""
    rows = Note.objects.filter(ticket=ticket).values_list(*_NOTE)
    page = read_page(rows, NOTES, mark, limit)
    return [NoteRow(*row) for row in page.rows], page


def note_row(note: Note) -> NoteRow:
    return NoteRow(*Note.objects.filter(pk=note.pk).values_list(*_NOTE).get())


NEWS = 20  # of these the newest, for somebody whose draft has become stale


class News(NamedTuple):
    direction: str
    text: str
    at: datetime


def news_since(ticket: Ticket, seen: Seen) -> list[News]:
    """Return what was said on this ticket since somebody looked, oldest first.

    Of our own answers those count that were written since, sent or not.
    """
    rows = fetch(
        """SELECT * FROM (
             SELECT 'in', m.text, m.posted_at AS at
               FROM webcare_ticketmessage tm
               JOIN conversations_message m ON m.id = tm.message_id
              WHERE tm.ticket_id = %(ticket)s AND m.direction = 'in'
                AND m.id > %(inbound)s
              UNION ALL
             SELECT 'out', r.text, r.written_at FROM webcare_reply r
              WHERE r.ticket_id = %(ticket)s AND r.id > %(reply)s
              ORDER BY at DESC LIMIT %(limit)s) AS news
            ORDER BY at""",
        {
            "ticket": ticket.pk,
            "inbound": seen.inbound,
            "reply": seen.reply,
            "limit": NEWS,
        },
    )
    return [News(*row) for row in rows]
