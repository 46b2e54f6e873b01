"""All that was said and done on one ticket, folded into one line of time."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from conversations.models.bulk import fetch
from webcare.models import Ticket
from webcare.queries.attachments import SENT_WITH, WAITS_WITH
from webcare.queries.gone import WHY_GONE
from webcare.queries.inbox import EPOCH
from webcare.queries.people import called

PAGE = 50


class Mark(NamedTuple):
    """A place in a timeline: what is earlier has a smaller one."""

    at: datetime
    rank: int  # at the same moment: message, reply, note, event, approval
    id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str()` made; None for anything else."""
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
            return None
        microseconds, rank, pk = map(int, parts)
        if max(microseconds, pk) >= 2**53 or rank > 9:
            return None
        return cls(EPOCH + timedelta(microseconds=microseconds), rank, pk)

    def __str__(self) -> str:
        microseconds = (self.at - EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}.{self.rank}.{self.id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said or done: `kind` is that of an event, or its own."""

    mark: Mark
    kind: str
    data: dict[str, Any]

    @property
    def at(self) -> datetime:
        return self.mark.at

    @property
    def is_event(self) -> bool:
        return self.mark.rank == _EVENT


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries, oldest first, and where the earlier ones end."""

    entries: list[Entry]
    earlier: Mark | None


_MESSAGE, _REPLY, _NOTE, _EVENT, _APPROVAL = range(5)


def timeline_of(ticket: Ticket, before: Mark | None = None) -> Timeline:
    """Return the newest PAGE entries of `ticket`, or those before a mark.

    One statement. A message comes with its earlier texts, attachments and what it
    replies to, on this ticket or outside; an answer of ours with who wrote it. An
    answer that has not become a message yet stands as itself, with its delivery;
    one that waits for approval, or did in vain, with its reason.
    """
    mark = before or Mark(FAR, 9, 0)
    given = {"ticket": ticket.pk, "limit": PAGE + 1, **mark._asdict()}
    rows = fetch(_SQL, given, prepared=True)
    entries = [Entry(Mark(*row[:3]), row[3], json.loads(row[4])) for row in rows]
    shown = entries[:PAGE][::-1]
    return Timeline(shown, shown[0].mark if len(entries) > PAGE else None)


FAR = EPOCH + timedelta(days=365 * 250)

# Events that say no more than the message, answer or note they stand beside.
TOLD_BESIDE = frozenset(
    {
        "message_added",
        "message_edited",
        "message_deleted",
        "reply_written",
        "reply_sent",
        "reply_refused",
        "reply_uncertain",
        "note_added",
        "answered_elsewhere",
        "promised",
    }
)
_TOLD = str(tuple(sorted(TOLD_BESIDE)))

_NAME = called("u")

# What it replies to on this ticket, and who said that: nobody, where it was us.
_ANSWERS = """(
    SELECT jsonb_build_object('id', p.id, 'at', p.posted_at, 'author',
               coalesce(nullif(pa.name, ''), nullif(pa.handle, ''), pa.external_id))
      FROM conversations_message p
      JOIN webcare_ticketmessage o
        ON o.message_id = p.id AND o.ticket_id = %(ticket)s
      LEFT JOIN conversations_author pa ON pa.id = p.author_id
     WHERE p.id = {which})"""
_REPLY_ANSWERS = _ANSWERS.format(which="d.in_reply_to_id")
_MESSAGE_ANSWERS = _ANSWERS.format(
    which="""coalesce(d.in_reply_to_id, (
        SELECT named.id FROM conversations_message named
         WHERE m.in_reply_to <> '' AND named.channel_id = m.channel_id
           AND named.external_id = m.in_reply_to))"""
)

# Each part is cut to a page by itself, so that a long ticket costs what a short does.
_SQL = f"""
(SELECT m.posted_at AS at, {_MESSAGE} AS rank, m.id, 'message' AS kind,
        jsonb_build_object(
            'id', m.public_id, 'verdict', v.verdict, 'why', v.reason,
            'direction', m.direction, 'visibility', m.visibility, 'text', m.text,
            'url', m.url, 'edited', m.edited_at, 'deleted', m.deleted_at,
            'why_gone', {WHY_GONE},
            'language', m.language, 'handle', a.handle, 'author', a.name,
            'author_id', a.external_id, 'by', {_NAME}, 'initials', u.initials,
            'rule', x.name,
            'versions', (SELECT jsonb_agg(jsonb_build_object(
                             'text', v.text, 'at', v.written_at) ORDER BY v.written_at)
                           FROM conversations_messageversion v
                          WHERE v.message_id = m.id),
            'attachments', (SELECT jsonb_agg(jsonb_build_object(
                                'url', t.url, 'name', t.name) ORDER BY t.position)
                              FROM conversations_attachment t
                             WHERE t.message_id = m.id),
            'files', {SENT_WITH.format(delivery="d.id")},
            'quotes', (SELECT jsonb_build_object(
                           'text', left(p.text, 200),
                           'author', coalesce(nullif(pa.name, ''), pa.handle))
                         FROM conversations_message p
                         LEFT JOIN conversations_author pa ON pa.id = p.author_id
                        WHERE m.in_reply_to <> '' AND p.channel_id = m.channel_id
                          AND p.external_id = m.in_reply_to
                          AND NOT EXISTS (SELECT FROM webcare_ticketmessage o
                                           WHERE o.message_id = p.id
                                             AND o.ticket_id = tm.ticket_id)),
            'answers', {_MESSAGE_ANSWERS}) AS data
   FROM webcare_ticketmessage tm
   JOIN conversations_message m ON m.id = tm.message_id
   LEFT JOIN conversations_author a ON a.id = m.author_id
   LEFT JOIN webcare_decision v ON v.message_id = m.id
   LEFT JOIN conversations_delivery d ON d.message_id = m.id
   LEFT JOIN webcare_reply r ON r.delivery_id = d.id
   LEFT JOIN webcare_user u ON u.id = r.author_id
   LEFT JOIN webcare_automationrule x ON x.id = r.rule_id
  WHERE tm.ticket_id = %(ticket)s
    AND (m.posted_at, {_MESSAGE}, m.id) < (%(at)s, %(rank)s, %(id)s)
  ORDER BY m.posted_at DESC, m.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT r.written_at, {_REPLY}, r.id, 'reply',
        jsonb_build_object(
            'reply', r.public_id, 'text', r.text, 'visibility', d.visibility,
            'state', d.state, 'due', d.due_at, 'failure', d.failure,
            'attempts', d.attempts, 'by', {_NAME}, 'by_id', u.id, 'rule', x.name,
            'files', {SENT_WITH.format(delivery="d.id")},
            'answers', {_REPLY_ANSWERS})
   FROM webcare_reply r
   JOIN conversations_delivery d ON d.id = r.delivery_id
   LEFT JOIN webcare_user u ON u.id = r.author_id
   LEFT JOIN webcare_automationrule x ON x.id = r.rule_id
  WHERE r.ticket_id = %(ticket)s AND d.state <> 'cancelled'
    AND NOT EXISTS (SELECT FROM webcare_ticketmessage tm
                     WHERE tm.message_id = d.message_id)
    AND (r.written_at, {_REPLY}, r.id) < (%(at)s, %(rank)s, %(id)s)
  ORDER BY r.written_at DESC, r.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT n.written_at, {_NOTE}, n.id, 'note',
        jsonb_build_object('text', n.text, 'by', {_NAME})
   FROM webcare_note n LEFT JOIN webcare_user u ON u.id = n.author_id
  WHERE n.ticket_id = %(ticket)s
    AND (n.written_at, {_NOTE}, n.id) < (%(at)s, %(rank)s, %(id)s)
  ORDER BY n.written_at DESC, n.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT a.asked_at, {_APPROVAL}, a.id, 'approval',
        jsonb_build_object(
            'approval', a.public_id, 'text', a.text, 'visibility', a.visibility,
            'waits', a.state, 'reason', a.reason, 'due', a.expires_at,
            'digest', encode(a.digest, 'hex'), 'by', {_NAME}, 'by_id', u.id,
            'files', {WAITS_WITH.format(approval="a.id")},
            'decided_by', {called("o")}, 'over', a.decided_at)
   FROM webcare_approval a
   JOIN webcare_user u ON u.id = a.writer_id
   LEFT JOIN webcare_user o ON o.id = a.decided_by_id
  WHERE a.ticket_id = %(ticket)s AND a.state <> 'approved'
    AND NOT (a.state = 'voided' AND a.reason IN ('edited', 'withdrawn'))
    AND (a.asked_at, {_APPROVAL}, a.id) < (%(at)s, %(rank)s, %(id)s)
  ORDER BY a.asked_at DESC, a.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT e.effective_at, {_EVENT}, e.id, e.kind,
        e.data || jsonb_build_object(
            'actor', {_NAME}, 'cause', e.cause,
            'topic_name', t.name, 'topic_name_nl', t.name_nl, 'queue_name', q.name,
            'agent_name', coalesce(nullif(btrim(
                g.first_name || ' ' || g.last_name), ''), g.username))
   FROM webcare_ticketevent e
   LEFT JOIN webcare_user u ON u.id = e.actor_id
   LEFT JOIN webcare_topic t ON t.id = (e.data->>'topic')::bigint
   LEFT JOIN webcare_queue q ON q.id = (e.data->>'queue')::bigint
   LEFT JOIN webcare_user g ON g.id = coalesce(
        e.data->>'agent', CASE e.kind WHEN 'released' THEN e.data->>'was' END)::bigint
  WHERE e.ticket_id = %(ticket)s AND e.kind NOT IN {_TOLD}
    AND (e.effective_at, {_EVENT}, e.id) < (%(at)s, %(rank)s, %(id)s)
  ORDER BY e.effective_at DESC, e.id DESC LIMIT %(limit)s)
ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT %(limit)s
"""
