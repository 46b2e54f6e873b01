"""Tickets for programs: any filter, any order, one page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.tickets import Seen

ORDERS = {
    "-opened": Order("k.opened_at", descending=True),
    "opened": Order("k.opened_at"),
    "changed": Order("k.changed_at"),
    "due": Order("k.due_at", nullable=True),
    "waiting": Order("k.waiting_since", nullable=True),
}
NONE = "none"
ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets; None is any. `queue` and `topic` may be NONE, `agent` ME too."""

    status: tuple[str, ...] | None = None
    queue: str | None = None
    topic: str | None = None
    agent: UUID | str | None = None
    channel: str | None = None
    priority: tuple[str, ...] | None = None
    language: str | None = None
    breached: bool | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    changed_after: datetime | None = None


class TicketRow(NamedTuple):
    """One ticket of a list; `key` is the time that the list is ordered by."""

    key: datetime | None
    number: int
    id: UUID
    status: str
    priority: str
    is_danger: bool
    language: str
    excerpt: str
    opened_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    last_message_at: datetime
    first_response_seconds: int | None
    resolved_at: datetime | None
    resolution: str
    resolution_seconds: int | None
    changed_at: datetime
    version: int
    queue: str | None
    queue_name: str | None
    topic: str | None
    topic_name: str | None
    topic_by: str
    topic_confidence: float | None
    agent: UUID | None
    agent_name: str | None
    channel: str
    channel_name: str
    author: UUID
    author_handle: str
    author_name: str
    is_late: bool  # a promise that runs is past its time
    priority_reason: str
    priority_by: str
    tags: str  # JSON
    # JSON of what only one ticket is shown with: fields, references, followers,
    # and where it was merged into.
    beside: str = ""


_IS_LATE = f"""coalesce(k.due_at < statement_timestamp()
    AND k.status IN ({", ".join(f"'{status}'" for status in sorted(LIVE))}), false)"""
_COLUMNS = f"""
    k.public_id, k.status, k.priority, k.is_danger, k.language, k.excerpt, k.opened_at,
    k.waiting_since, k.due_at, k.last_message_at, k.first_response_seconds,
    k.resolved_at, k.resolution, k.resolution_seconds, k.changed_at, k.version,
    q.slug, q.name, t.slug, t.name, k.topic_by, k.topic_confidence, a.public_id,
    coalesce(nullif(btrim(a.first_name || ' ' || a.last_name), ''), a.username),
    c.slug, c.name, w.public_id, w.handle, w.name, {_IS_LATE},
    k.priority_reason, k.priority_by,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'slug', g.slug, 'name', g.name, 'colour', g.colour)
                ORDER BY g.slug), '[]')
       FROM webcare_tickettag tt JOIN webcare_tag g ON g.id = tt.tag_id
      WHERE tt.ticket_id = k.id)"""
# Fields that are asked of this ticket have a null until they are answered; of the
# others, those that are answered are there.
_BESIDE = """jsonb_build_object(
    'fields', (
     SELECT coalesce(jsonb_object_agg(f.key, CASE f.kind
                WHEN 'number' THEN to_jsonb(v.number)
                WHEN 'date' THEN to_jsonb(v.date)
                WHEN 'checkbox' THEN to_jsonb(v.checkbox)
                ELSE to_jsonb(v.text) END), '{}')
       FROM webcare_customfield f
       LEFT JOIN webcare_fieldvalue v ON v.field_id = f.id AND v.ticket_id = k.id
      WHERE v.id IS NOT NULL OR f.retired_at IS NULL
        AND (f.queue_id IS NULL OR f.queue_id = k.queue_id)),
    'references', (
     SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.public_id,
                'system', x.system, 'reference', x.reference, 'url', x.url)
                ORDER BY x.id), '[]')
       FROM webcare_externalreference x WHERE x.ticket_id = k.id),
    'followers', (
     SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.public_id, 'name', coalesce(
                nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username))
                ORDER BY l.id), '[]')
       FROM webcare_follower l JOIN webcare_user u ON u.id = l.user_id
      WHERE l.ticket_id = k.id))"""
_SOURCE = """webcare_ticket k
    JOIN conversations_channel c ON c.id = k.channel_id
    JOIN conversations_author w ON w.id = k.author_id
    LEFT JOIN webcare_queue q ON q.id = k.queue_id
    LEFT JOIN webcare_topic t ON t.id = k.topic_id
    LEFT JOIN webcare_user a ON a.id = k.agent_id"""


def visible(user: User) -> tuple[str, dict[str, Any]]:
    """The rule of `visible_tickets` in SQL, for statements written by hand.

    A condition on the ticket `k`, and its values.
    """
    queues = Rights.of(user).where(Permission.SEE_TICKETS)
    if EVERYWHERE in queues:
        return "true", {}
    return "k.queue_id = ANY(%(visible)s)", {"visible": sorted(q for q in queues if q)}


def ticket_page(
    user: User, wanted: Wanted, order: str, mark: Mark | None, limit: int
) -> tuple[list[TicketRow], Page]:
    """Return one page of the tickets that `user` may see and asks for.

    One statement beside the one for rights, or two where tickets without the ordering
    time begin.
    """
    seen, values = visible(user)
    listing = Listing(
        _COLUMNS,
        _SOURCE,
        "k.id",
        [seen, *_conditions(wanted)],
        values | _values(user, wanted),
    )
    page = read_page(listing, ORDERS[order], mark, limit)
    return [TicketRow(*row) for row in page.rows], page


def ticket_in_full(user: User, public_id: UUID) -> tuple[TicketRow, Seen]:
    """Return one ticket and what a reader of it has seen. Raises NotFound."""
    seen, values = visible(user)
    which = f"k.public_id = %(ticket)s AND {seen}"
    # Where it was merged into is told to who may see that one, by the same rule.
    return _one(which, values | {"ticket": public_id}, seen.replace("k.", "gone."))


def ticket_by_id(pk: int) -> tuple[TicketRow, Seen]:
    """Return a ticket that was found before, as it is now. Raises NotFound."""
    return _one("k.id = %(ticket)s", {"ticket": pk})


def _one(
    which: str, values: dict[str, Any], told: str = "true"
) -> tuple[TicketRow, Seen]:
    found = fetch(
        f"""SELECT coalesce(k.last_inbound_id, 0), coalesce(
                   (SELECT max(id) FROM webcare_reply r WHERE r.ticket_id = k.id), 0),
                   coalesce(k.last_outside_id, 0),
                   k.opened_at, k.id, {_COLUMNS},
                   {_BESIDE} || jsonb_build_object('merged_into', (
                       SELECT gone.public_id FROM webcare_ticket gone
                        WHERE gone.id = k.merged_into_id AND {told}))
              FROM {_SOURCE} WHERE {which}""",
        values,
    )
    if not found:
        raise NotFound("There is no such ticket.")
    inbound, reply, outside, *rest = found[0]
    row = TicketRow._make(rest)
    return row, Seen(row.version, inbound, reply, outside)


# A thing is looked up by name inside the statement: an index knows ids, not names.
_BY_NAME = {
    "queue": "k.queue_id = (SELECT id FROM webcare_queue WHERE slug = %(queue)s)",
    "topic": "k.topic_id = (SELECT id FROM webcare_topic WHERE slug = %(topic)s)",
    "agent": "k.agent_id = (SELECT id FROM webcare_user WHERE public_id = %(agent)s)",
}
_SIMPLE = {
    "status": "k.status = ANY(%(status)s)",
    "priority": "k.priority = ANY(%(priority)s)",
    "language": "k.language = %(language)s",
    "opened_after": "k.opened_at >= %(opened_after)s",
    "opened_before": "k.opened_at < %(opened_before)s",
    "changed_after": "k.changed_at >= %(changed_after)s",
    "channel": (
        "k.channel_id = (SELECT id FROM conversations_channel WHERE slug = %(channel)s)"
    ),
}


def conditions_of(user: User, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Return conditions on a ticket `k` that stand for `wanted`, and their values."""
    return list(_conditions(wanted)), _values(user, wanted)


def _conditions(wanted: Wanted) -> Iterator[str]:
    for name, condition in _SIMPLE.items():
        if getattr(wanted, name) is not None:
            yield condition
    for name, condition in _BY_NAME.items():
        given = getattr(wanted, name)
        if given == NONE:
            yield f"k.{name}_id IS NULL"
        elif given == ME:
            yield "k.agent_id = %(me)s"
        elif given is not None:
            yield condition
    if wanted.breached is not None:
        yield _IS_LATE if wanted.breached else f"NOT {_IS_LATE}"


def _values(user: User, wanted: Wanted) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in (*_SIMPLE, *_BY_NAME)}
    listed = {"status": wanted.status, "priority": wanted.priority}
    lists = {name: list(given or ()) for name, given in listed.items()}
    return {**given, **lists, "me": user.pk}
