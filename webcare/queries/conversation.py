"""What was said and done on one ticket, for programs: each part a page at a time."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models import Direction as Direction
from conversations.models import State as State
from conversations.models import Visibility as Visibility
from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Note, Reply, Ticket, User
from webcare.queries.attachments import SENT_WITH, Attached, attached
from webcare.queries.gone import WHY_GONE
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import visible
from webcare.queries.tickets import Seen


class Place(NamedTuple):
    """A ticket that somebody may see, and the threads it is about."""

    id: int
    threads: list[int]
    public: list[int]  # those of the threads that everybody can read
    reader: User
    seen: str  # the rule by which they see tickets, and its values
    values: dict[str, Any]


def place_of(user: User, public_id: UUID) -> Place:
    """Return where what was said on a ticket is found. Raises NotFound."""
    seen, values = visible(user)
    found = fetch(
        f"""SELECT k.id, about.threads, about.public
              FROM webcare_ticket k CROSS JOIN LATERAL (
                   SELECT array_agg(t.id), array_agg(t.id) FILTER (
                              WHERE t.visibility = 'public')
                     FROM conversations_thread t WHERE t.id = ANY(ARRAY(
                          SELECT k.thread_id UNION ALL
                          SELECT f.thread_id FROM webcare_ticket f
                           WHERE f.merged_into_id = k.id UNION ALL
                          SELECT p.thread_id FROM webcare_privatethread p
                            JOIN webcare_ticket f ON f.id = p.ticket_id
                           WHERE f.id = k.id OR f.merged_into_id = k.id))
                   ) AS about(threads, public)
             WHERE k.public_id = %(ticket)s AND {seen}""",
        {**values, "ticket": public_id},
        prepared=True,
    )
    if not found:
        raise NotFound("There is no such ticket.")
    pk, threads, public = found[0]
    return Place(pk, threads, public or [], user, seen, values)


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
    deleted_because: str | None
    hidden_at: datetime | None
    liked_at: datetime | None
    author: UUID | None
    author_handle: str | None
    author_name: str | None
    of_ticket: bool
    ticket: UUID | None
    written_by: UUID | None
    written_by_name: str | None
    automatic: bool
    versions: list[dict[str, Any]]
    attachments: list[dict[str, str]]
    sent_with: list[Attached]  # of ours


_MESSAGES = Listing(
    f"""m.public_id, m.external_id, m.direction, m.visibility, m.text, m.url,
       m.language, m.in_reply_to, m.received_at, m.edited_at, m.deleted_at,
       {WHY_GONE}, m.hidden_at, m.liked_at, w.public_id, w.handle, w.name,
       coalesce(tm.ticket_id = %(ticket)s, false), k.public_id,
       writer.public_id, {called("writer")}, ours.rule_id IS NOT NULL,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'text', v.text, 'written_at', v.written_at)
                   ORDER BY v.written_at), '[]')
          FROM conversations_messageversion v WHERE v.message_id = m.id),
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'url', f.url, 'name', f.name, 'type', f.type)
                   ORDER BY f.position), '[]')
          FROM conversations_attachment f WHERE f.message_id = m.id),
       CASE WHEN m.deleted_at IS NULL
            THEN {SENT_WITH.format(delivery="sent.id")} END""",
    """conversations_message m
       LEFT JOIN conversations_author w ON w.id = m.author_id
       LEFT JOIN webcare_ticketmessage tm ON tm.message_id = m.id
       LEFT JOIN conversations_delivery sent ON sent.message_id = m.id
       LEFT JOIN webcare_reply ours ON ours.delivery_id = sent.id
       LEFT JOIN webcare_user writer ON writer.id = ours.author_id""",
    "m.id",
)
MESSAGES = Order("m.posted_at")


def message_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[MessageRow], Page]:
    """Return a page of the ticket's threads, oldest first: one statement.

    In public that is all of a thread, so that an answer can be understood; of a
    private one it is what belongs to this ticket. Of each message the ticket that it
    belongs to is told, to who may see that.
    """
    # One thread is read in the order of its index, several are sorted.
    where = [
        "m.thread_id = %(thread)s"
        if len(ticket.threads) == 1
        else "m.thread_id = ANY(%(threads)s)",
        """(tm.ticket_id = %(ticket)s OR (m.thread_id = ANY(%(public)s)
             AND m.visibility = 'public'))""",
    ]
    values = {
        "ticket": ticket.id,
        "thread": ticket.threads[0],
        "threads": ticket.threads,
        "public": ticket.public,
    }
    listing = replace(
        _MESSAGES,
        source=f"""{_MESSAGES.source}
            LEFT JOIN webcare_ticket k ON k.id = tm.ticket_id AND {ticket.seen}""",
        where=where,
        values=values | ticket.values,
        prepared=True,
    )
    page = read_page(listing, MESSAGES, mark, limit)
    return [_message(row) for row in page.rows], page


def _message(row: tuple[Any, ...]) -> MessageRow:
    *plain, versions, attachments, ours = row
    return MessageRow._make(
        (*plain, json.loads(versions), json.loads(attachments), _attached(ours))
    )


def _attached(found: str | None) -> list[Attached]:
    return attached(json.loads(found) if found else None)


class ReplyRow(NamedTuple):
    written_at: datetime
    pk: int
    id: UUID
    text: str
    author: UUID | None
    author_name: str | None
    rule: UUID | None
    rule_name: str | None
    state: str
    due_at: datetime
    settled_at: datetime | None
    failure: str
    message: UUID | None
    approved_by: UUID | None
    approved_by_name: str | None
    holding: bool
    attachments: list[Attached]


_REPLIES = Listing(
    f"""r.public_id, r.text, u.public_id, {called("u")}, x.public_id, x.name,
       d.state, d.due_at, d.settled_at, d.failure, m.public_id,
       approver.public_id, {called("approver")}, r.holding,
       {SENT_WITH.format(delivery="d.id")}""",
    """webcare_reply r
       LEFT JOIN webcare_user u ON u.id = r.author_id
       LEFT JOIN webcare_automationrule x ON x.id = r.rule_id
       JOIN conversations_delivery d ON d.id = r.delivery_id
       LEFT JOIN conversations_message m ON m.id = d.message_id
       LEFT JOIN webcare_user approver ON approver.id = r.approved_by_id""",
    "r.id",
)
REPLIES = Order("r.written_at")


# What is on a ticket, or on one that was merged into it.
_FAMILY = """{of}.ticket_id IN (
    SELECT f.id FROM webcare_ticket f
     WHERE f.id = %(of)s OR f.merged_into_id = %(of)s)"""


def reply_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[ReplyRow], Page]:
    """Return answers written on this ticket, with what became of each.

    With those on tickets that were merged into it.
    """
    page = _of(_REPLIES, _FAMILY.format(of="r"), ticket.id, REPLIES, mark, limit)
    return [_reply(row) for row in page.rows], page


def _reply(row: tuple[Any, ...]) -> ReplyRow:
    *plain, files = row
    return ReplyRow._make((*plain, _attached(files)))


def reply_row(reply: Reply) -> ReplyRow:
    """Return one answer, read afresh, in the shape of the list."""
    page = _of(_REPLIES, "r.id = %(of)s", reply.pk, REPLIES, None, 1)
    return _reply(page.rows[0])


def written_row(reply: Reply) -> ReplyRow:
    """Return an answer as it was just written; read only when it was there before."""
    if not Reply.delivery.is_cached(reply):
        return reply_row(reply)
    sent, writer, approver = reply.delivery, reply.author, reply.approved_by
    assert writer is not None  # a rule's is never handed back by who wrote it
    return ReplyRow(
        written_at=reply.written_at,
        pk=reply.pk,
        id=reply.public_id,
        text=reply.text,
        author=writer.public_id,
        author_name=str(writer),
        rule=None,
        rule_name=None,
        state=State.WAITING,
        due_at=sent.due_at,
        settled_at=None,
        failure="",
        message=None,
        approved_by=approver.public_id if approver else None,
        approved_by_name=str(approver) if approver else None,
        holding=reply.holding,
        attachments=[
            Attached(str(one.id), one.name, one.type, one.size, one.alt)
            for one in reply.takes
        ],
    )


def _of(
    listing: Listing, which: str, of: int, order: Order, mark: Mark | None, limit: int
) -> Page:
    return read_page(
        replace(listing, where=[which], values={"of": of}), order, mark, limit
    )


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
    author_name: str | None
    mentions: list[dict[str, str]]


_NOTES = Listing(
    f"""n.public_id, n.text, u.public_id, {called("u")},
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', who.public_id, 'name', {called("who")})
                   ORDER BY who.username), '[]')
          FROM webcare_notemention called
          JOIN webcare_user who ON who.id = called.user_id
         WHERE called.note_id = n.id)""",
    "webcare_note n LEFT JOIN webcare_user u ON u.id = n.author_id",
    "n.id",
)
NOTES = Order("n.written_at")


def note_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[NoteRow], Page]:
    """Return what colleagues told each other about this ticket.

    With the notes on tickets that were merged into it.
    """
    page = _of(_NOTES, _FAMILY.format(of="n"), ticket.id, NOTES, mark, limit)
    return [_note(row) for row in page.rows], page


def note_row(note: Note) -> NoteRow:
    """Return one note in the shape of the list."""
    page = _of(_NOTES, "n.id = %(of)s", note.pk, NOTES, None, 1)
    return _note(page.rows[0])


def _note(row: tuple[Any, ...]) -> NoteRow:
    *plain, mentions = row
    return NoteRow._make((*plain, json.loads(mentions)))


NEWS = 20  # of these the newest, for somebody whose draft has become stale


class News(NamedTuple):
    direction: str
    text: str
    at: datetime


def news_since(ticket: int, seen: Seen) -> list[News]:
    """Return what was said on this ticket since somebody looked, oldest first.

    Of our own answers those count that were written since, sent or not, and those
    that were made outside the desk.
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
               JOIN conversations_delivery d ON d.id = r.delivery_id
              WHERE r.ticket_id = %(ticket)s AND r.id > %(reply)s
                AND d.state <> 'cancelled'
              UNION ALL
             SELECT 'out', o.text, o.posted_at FROM webcare_ticket k
               JOIN conversations_message o ON o.id = k.last_outside_id
              WHERE k.id = %(ticket)s AND o.id > %(outside)s
              ORDER BY at DESC LIMIT %(limit)s) AS news
            ORDER BY at""",
        {
            "ticket": ticket,
            "inbound": seen.inbound,
            "reply": seen.reply,
            "outside": seen.outside,
            "limit": NEWS,
        },
    )
    return [News(*row) for row in rows]
