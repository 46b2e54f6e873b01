"""What belongs to a ticket beside its messages: links, merges, splits, siblings."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, TextChoices

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Ticket, TicketLink, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import visible, visible_tickets


class Relation(TextChoices):
    """What the other ticket is to this one."""

    RELATED = "related"
    PARENT = "parent"
    CHILD = "child"
    FOLLOWS = "follows"  # this one goes on with it
    FOLLOWED_BY = "followed_by"
    MERGED_INTO = "merged_into"
    MERGED_IN = "merged_in"
    SPLIT_FROM = "split_from"
    SPLIT_OFF = "split_off"


class LinkRow(NamedTuple):
    at: datetime
    pk: int
    relation: str
    link: UUID | None
    by: UUID | None
    by_name: str | None
    ticket: UUID
    status: str
    excerpt: str
    agent: UUID | None
    agent_name: str | None


LINKS = Order("l.at")
_BESIDE = """(
    SELECT CASE l.kind WHEN 'parent' THEN 'child' ELSE l.kind END AS relation,
           l.public_id AS link, l.at, l.by_id, l.to_ticket_id AS other
      FROM webcare_ticketlink l WHERE l.from_ticket_id = %(of)s
     UNION ALL
    SELECT l.kind, l.public_id, l.at, l.by_id, l.from_ticket_id
      FROM webcare_ticketlink l WHERE l.to_ticket_id = %(of)s
     UNION ALL
    SELECT 'follows', NULL, t.opened_at, NULL, t.follows_id
      FROM webcare_ticket t WHERE t.id = %(of)s AND t.follows_id IS NOT NULL
     UNION ALL
    SELECT 'followed_by', NULL, t.opened_at, NULL, t.id
      FROM webcare_ticket t WHERE t.follows_id = %(of)s
     UNION ALL
    SELECT 'split_from', NULL, t.opened_at, NULL, t.split_from_id
      FROM webcare_ticket t WHERE t.id = %(of)s AND t.split_from_id IS NOT NULL
     UNION ALL
    SELECT 'split_off', NULL, t.opened_at, NULL, t.id
      FROM webcare_ticket t WHERE t.split_from_id = %(of)s
     UNION ALL
    SELECT 'merged_into', NULL, t.resolved_at, m.by_id, t.merged_into_id
      FROM webcare_ticket t
      JOIN webcare_merge m ON m.source_id = t.id AND m.undone_at IS NULL
     WHERE t.id = %(of)s AND t.merged_into_id IS NOT NULL
     UNION ALL
    SELECT 'merged_in', NULL, t.resolved_at, m.by_id, t.id
      FROM webcare_ticket t
      JOIN webcare_merge m ON m.source_id = t.id AND m.undone_at IS NULL
     WHERE t.merged_into_id = %(of)s) AS l
    JOIN webcare_ticket k ON k.id = l.other
    LEFT JOIN webcare_user u ON u.id = l.by_id
    LEFT JOIN webcare_user a ON a.id = k.agent_id"""
_COLUMNS = f"""l.relation, l.link, u.public_id, {called("u")}, k.public_id, k.status,
    k.excerpt, a.public_id, {called("a")}"""


# Rows for a statement that knows %(of)s, and as %(visible)s the queues that may be
# seen, or null for all; at most so many.
MOST_SHOWN = 8
_SEEN = "(%(visible)s::bigint[] IS NULL OR k.queue_id = ANY(%(visible)s))"
LINKED = f"""(
    SELECT coalesce(jsonb_agg(jsonb_build_array(
               relation, link, number, ticket, status, excerpt)), '[]')
      FROM (SELECT l.relation, l.link, k.id AS number, k.public_id AS ticket,
                   k.status, k.excerpt
              FROM {_BESIDE} WHERE {_SEEN}
             ORDER BY l.at DESC LIMIT {MOST_SHOWN}) AS b)"""
SIBLINGS_SHOWN = f"""(
    SELECT coalesce(jsonb_agg(jsonb_build_array(number, ticket, status, author)), '[]')
      FROM (SELECT k.id AS number, k.public_id AS ticket, k.status,
                   coalesce(nullif(w.name, ''), w.handle) AS author
              FROM webcare_ticket k
              JOIN webcare_ticket t ON t.thread_id = k.thread_id AND t.id = %(of)s
              JOIN conversations_author w ON w.id = k.author_id
             WHERE k.author_id <> t.author_id AND k.merged_into_id IS NULL
               AND {_SEEN}
             ORDER BY k.id DESC LIMIT {MOST_SHOWN}) AS s)"""


def link_page(
    user: User, ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[LinkRow], Page]:
    """Return the tickets beside `ticket` that `user` may see: one statement."""
    seen, values = visible(user)
    listing = Listing(_COLUMNS, _BESIDE, "k.id", [seen], values | {"of": ticket.pk})
    page = read_page(listing, LINKS, mark, limit)
    return [LinkRow(*row) for row in page.rows], page


def link_row(user: User, ticket: Ticket, link: TicketLink) -> LinkRow:
    """Return one link in the shape of the list. Raises NotFound."""
    seen, values = visible(user)
    [row] = fetch(
        f"""SELECT l.at, k.id, {_COLUMNS} FROM {_BESIDE}
             WHERE l.link = %(link)s AND {seen}""",
        values | {"of": ticket.pk, "link": link.public_id},
    )
    return LinkRow(*row)


def link_of(user: User, ticket: Ticket, public_id: UUID) -> TicketLink:
    """Return a link of `ticket`, of which both ends may be seen. Raises NotFound."""
    seen = visible_tickets(user)
    found = (
        TicketLink.objects.select_related("from_ticket", "to_ticket")
        .filter(
            Q(from_ticket=ticket) | Q(to_ticket=ticket),
            public_id=public_id,
            from_ticket__in=seen,
            to_ticket__in=seen,
        )
        .first()
    )
    if found is None:
        raise NotFound("There is no such link.")
    return found


class SiblingRow(NamedTuple):
    opened_at: datetime
    number: int
    ticket: UUID
    status: str
    excerpt: str
    author: UUID
    author_handle: str
    author_name: str
    agent: UUID | None
    agent_name: str | None


SIBLINGS = Order("k.opened_at")
_SIBLINGS = Listing(
    """k.public_id, k.status, k.excerpt, w.public_id, w.handle, w.name, a.public_id,
       coalesce(nullif(btrim(a.first_name || ' ' || a.last_name), ''), a.username)""",
    """webcare_ticket k
       JOIN conversations_author w ON w.id = k.author_id
       LEFT JOIN webcare_user a ON a.id = k.agent_id""",
    "k.id",
)


def sibling_page(
    user: User, ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[SiblingRow], Page]:
    """Return the tickets of other authors in the same threads: one statement."""
    seen, values = visible(user)
    where = [
        seen,
        """k.thread_id = ANY(ARRAY(
            SELECT thread_id FROM webcare_ticket
             WHERE id = %(of)s OR merged_into_id = %(of)s))""",
        "k.author_id <> %(author)s",
        "k.id <> %(of)s",
        "k.merged_into_id IS NULL",
    ]
    given: dict[str, Any] = {"of": ticket.pk, "author": ticket.author_id}
    listing = Listing(
        _SIBLINGS.columns, _SIBLINGS.source, _SIBLINGS.id, where, values | given
    )
    page = read_page(listing, SIBLINGS, mark, limit)
    return [SiblingRow(*row) for row in page.rows], page
