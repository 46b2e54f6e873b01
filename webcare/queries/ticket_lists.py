"""Tickets for programs: any filter, any order, one page at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE
from webcare.exceptions import NotFound
from webcare.models import User
from webcare.queries.gone import WHY_NOTHING
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.search import tickets_with
from webcare.queries.sight import visible
from webcare.queries.ticket_filters import IS_LATE, NONE, ask
from webcare.queries.ticket_filters import Wanted as Wanted
from webcare.queries.tickets import Seen

ORDERS = {
    "-opened": Order("k.opened_at", descending=True),
    "opened": Order("k.opened_at"),
    "changed": Order("k.changed_at"),
    "due": Order("k.due_at", nullable=True),
    "waiting": Order("k.waiting_since", nullable=True),
}


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
    is_late: bool  # a promise that runs is broken
    priority_reason: str
    priority_by: str
    sentiment: str
    tags: str  # JSON
    also_topics: str  # JSON
    why_gone: str | None  # of Gone, where the excerpt is
    # JSON of what only one ticket is shown with: fields, references, followers,
    # and where it was merged into.
    beside: str = ""
    following: bool = False  # told in lists: whether their reader follows it


COLUMNS = f"""
    k.public_id, k.status, k.priority, k.is_danger, k.language, k.excerpt, k.opened_at,
    k.waiting_since, k.due_at, k.last_message_at, k.first_response_seconds,
    k.resolved_at, k.resolution, k.resolution_seconds, k.changed_at, k.version,
    q.slug, q.name, t.slug, t.name, k.topic_by, k.topic_confidence, a.public_id,
    coalesce(nullif(btrim(a.first_name || ' ' || a.last_name), ''), a.username),
    c.slug, c.name, w.public_id, w.handle, w.name, {IS_LATE},
    k.priority_reason, k.priority_by, k.sentiment,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'slug', g.slug, 'name', g.name, 'colour', g.colour)
                ORDER BY g.slug), '[]')
       FROM webcare_tickettag tt JOIN webcare_tag g ON g.id = tt.tag_id
      WHERE tt.ticket_id = k.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'slug', o.slug, 'name', o.name, 'by', b.by)
                ORDER BY b.position), '[]')
       FROM webcare_tickettopic b JOIN webcare_topic o ON o.id = b.topic_id
      WHERE b.ticket_id = k.id AND b.topic_id IS DISTINCT FROM k.topic_id),
    {WHY_NOTHING}"""
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
_FOLLOWING = """EXISTS (SELECT FROM webcare_follower l
             WHERE l.ticket_id = k.id AND l.user_id = %(reader)s)"""
SOURCE = """webcare_ticket k
    JOIN conversations_channel c ON c.id = k.channel_id
    JOIN conversations_author w ON w.id = k.author_id
    LEFT JOIN webcare_queue q ON q.id = k.queue_id
    LEFT JOIN webcare_topic t ON t.id = k.topic_id
    LEFT JOIN webcare_user a ON a.id = k.agent_id"""


def ticket_page(
    user: User, wanted: Wanted, order: str, mark: Mark | None, limit: int
) -> tuple[list[TicketRow], Page]:
    """Return one page of the tickets that `user` may see and asks for.

    One statement beside the one for rights, or two where tickets without the ordering
    time begin.
    """
    if wanted.q is not None:
        wanted = tickets_with(user, wanted.q, wanted)
    asked = ask(user, wanted, order)
    listing = Listing(
        f"{COLUMNS}, '', {_FOLLOWING}",
        SOURCE,
        "k.id",
        asked.where,
        {**asked.values, "reader": user.pk},
        found_in="webcare_ticket k",
        branch=f"k.{asked.branch}" if asked.branch else "",
        prepared=wanted.is_common,
    )
    by = ORDERS[order]
    if asked.by_tag:
        listing, by = _by_tag(listing, by)
    elif wanted.agent == NONE and order == "due" and not (wanted.queue or asked.branch):
        by = replace(by, empty="k.agent_id")
    page = read_page(listing, by, mark, limit)
    return [TicketRow(*row) for row in page.rows], page


def danger_of(user: User, wanted: Wanted, limit: int) -> list[TicketRow]:
    """Return those of these tickets that are live and of danger, the oldest first.

    What stands on top of a list of work, whatever its order. One statement, beside
    those of `ticket_page`; none where there can be none.
    """
    status = tuple(one for one in wanted.status or sorted(LIVE) if one in LIVE)
    if wanted.danger is False or not status:
        return []
    of_danger = replace(wanted, danger=True, status=status)
    rows, _page = ticket_page(user, of_danger, "opened", None, limit)
    return rows


def _by_tag(listing: Listing, order: Order) -> tuple[Listing, Order]:
    """The same list, found by walking the rows `g` of a tag in its order."""
    return replace(
        listing,
        found_in="webcare_tickettag g JOIN webcare_ticket k ON k.id = g.ticket_id",
        found_id="g.ticket_id",
        branch=listing.branch.replace("k.", "g."),
    ), replace(order, column=order.column.replace("k.", "g."))


def ticket_in_full(user: User, public_id: UUID) -> tuple[TicketRow, Seen]:
    """Return one ticket and what a reader of it has seen. Raises NotFound."""
    seen, values = visible(user)
    which = f"k.public_id = %(ticket)s AND {seen}"
    # Where it was merged into is told to who may see that one, by the same rule.
    return _one(which, values | {"ticket": public_id}, seen.replace("k.", "gone."))


def ticket_by_id(pk: int) -> tuple[TicketRow, Seen]:
    """Return a ticket that was found before, as it is now. Raises NotFound."""
    return _one("k.id = %(ticket)s", {"ticket": pk})


def tickets_by_id(user: User, ids: Sequence[int]) -> dict[int, TicketRow]:
    """Return those of these tickets that the user may see: one statement."""
    seen, values = visible(user)
    rows = fetch(
        f"""SELECT k.opened_at, k.id, {COLUMNS} FROM {SOURCE}
             WHERE {seen} AND k.id = ANY(%(ids)s)""",
        values | {"ids": list(ids)},
    )
    return {row[1]: TicketRow(*row) for row in rows}


def _one(
    which: str, values: dict[str, Any], told: str = "true"
) -> tuple[TicketRow, Seen]:
    found = fetch(
        f"""SELECT coalesce(greatest(k.last_inbound_id, k.last_heard), 0), coalesce(
                   (SELECT max(r.id) FROM webcare_reply r
                      JOIN conversations_delivery d ON d.id = r.delivery_id
                     WHERE r.ticket_id = k.id AND d.state <> 'cancelled'), 0),
                   coalesce(k.last_outside_id, 0),
                   k.opened_at, k.id, {COLUMNS},
                   {_BESIDE} || jsonb_build_object(
                       'snoozed_until', to_char(k.snoozed_until AT TIME ZONE 'UTC',
                           'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                       'resolution_reason', k.resolution_reason,
                       'resolution_note', k.resolution_note, 'merged_into', (
                       SELECT gone.public_id FROM webcare_ticket gone
                        WHERE gone.id = k.merged_into_id AND {told}))
              FROM {SOURCE} WHERE {which}""",
        values,
        prepared=True,
    )
    if not found:
        raise NotFound("There is no such ticket.")
    inbound, reply, outside, *rest = found[0]
    row = TicketRow(*rest)
    return row, Seen(row.version, inbound, reply, outside)


def conditions_of(user: User, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Return conditions on a ticket `k` that the user may see and that is wanted.

    Words (`q`) are no condition: of a search only the newest matches are known.
    """
    asked = ask(user, wanted)
    return asked.where, asked.values
