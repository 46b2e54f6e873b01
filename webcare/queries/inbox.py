"""The lists of the inbox: what waits, most pressing first, and how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Q, QuerySet, Subquery, TextChoices, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.permissions import Permission
from webcare.models import Queue, Ticket, User
from webcare.queries.desk import DeskNamed
from webcare.queries.gone import WHY_NOTHING
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.sight import visible_tickets

PAGE = 50
# Counting ends here: a bigger number says no more, and costs a walk over the table.
COUNTED = 100


class View(TextChoices):
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    ALL = "all", _("All")
    PARKED = "parked", _("Parked")
    RESOLVED = "resolved", _("Resolved")


_WAITS = Q(status__in=[Status.NEW, Status.OPEN])
_PARKED = Q(status__in=sorted(LIVE - {Status.NEW, Status.OPEN}))


class Stretch(NamedTuple):
    """One part of a list, in the order of one indexed column."""

    holds: Q
    key: str
    newest_first: bool = False


_WAITING = (
    Stretch(_WAITS & Q(is_danger=True), "opened_at"),
    Stretch(_WAITS & Q(is_danger=False, waiting_since__isnull=False), "waiting_since"),
    # Answered, and kept open by somebody.
    Stretch(_WAITS & Q(is_danger=False, waiting_since__isnull=True), "opened_at"),
)
_STRETCHES: dict[View, tuple[Stretch, ...]] = {
    View.MINE: _WAITING,
    View.UNASSIGNED: _WAITING,
    View.ALL: _WAITING,
    View.PARKED: (Stretch(_PARKED, "opened_at"),),
    View.RESOLVED: (
        Stretch(
            Q(status__in=[Status.RESOLVED, Status.CLOSED], merged_into__isnull=True),
            "resolved_at",
            newest_first=True,
        ),
    ),
}


class Cursor(NamedTuple):
    """The last row of a page: the next one begins behind it."""

    stretch: int
    at: datetime
    ticket: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str()` made; None for anything else."""
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
            return None
        stretch, microseconds, ticket = map(int, parts)
        if stretch >= len(_WAITING) or max(microseconds, ticket) >= 2**53:
            return None
        return cls(stretch, EPOCH + timedelta(microseconds=microseconds), ticket)

    def __str__(self) -> str:
        microseconds = (self.at - EPOCH) // timedelta(microseconds=1)
        return f"{self.stretch}.{microseconds}.{self.ticket}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(NamedTuple):
    """One ticket as the list shows it."""

    public_id: UUID
    number: int
    version: int
    status: str
    priority: str
    is_danger: bool
    excerpt: str
    opened_at: datetime
    resolved_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    warns_at: datetime | None
    topic: str | None
    topic_by: str
    topic_confidence: float | None
    handle: str
    author: str
    author_id: str
    channel: str
    visibility: str
    queue: str | None
    agent: str | None
    why_gone: str | None  # of Gone, where the excerpt is
    stretch: int
    at: datetime

    @property
    def says(self) -> str:
        """The author, by the name we have."""
        return self.author or self.handle or self.author_id

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.stretch, self.at, self.number)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: Cursor | None


def page_of(
    user: User,
    rights: Rights,
    view: View,
    *,
    queue: str = "",
    after: Cursor | None = None,
) -> Page:
    """Return one page of a view, of all queues or of the one with this slug.

    Danger comes first, then who waits longest. One statement: each stretch follows
    an index and stops at a page, whatever the length of the list; names are looked
    up for the rows of the page alone.
    """
    shown = _narrowed(visible_tickets(user, rights), user, view, queue)
    stretches = list(enumerate(_STRETCHES[view]))[after.stretch if after else 0 :]
    if not stretches:
        return Page([], None)
    parts = [
        _part(shown, number, stretch, after if after and n == 0 else None)
        for n, (number, stretch) in enumerate(stretches)
    ]
    # Appended in turn: a stretch is read only when those before it were short.
    rows = _rows(parts[0].union(*parts[1:], all=True)[: PAGE + 1])
    rows.sort(
        key=lambda row: (row.stretch, row.at, row.number),
        reverse=stretches[0][1].newest_first,
    )
    return Page(rows[:PAGE], rows[PAGE - 1].cursor if len(rows) > PAGE else None)


def _rows(found: QuerySet[Ticket, tuple[Any, ...]]) -> list[Row]:
    """Dress the tickets found. Small tables are asked by scalar subqueries: joining
    eight tables in each stretch took the planner far longer than finding the rows."""
    try:
        page, parameters = found.query.sql_with_params()
    except EmptyResultSet:  # in no queue at all
        return []
    dutch = (get_language() or "").startswith("nl")
    rows = fetch(_DRESSED.format(page=page), [*parameters, dutch])
    return [Row(*values) for values in rows]


def dressed(numbers: Sequence[int]) -> list[Row]:
    """Return these tickets as a list shows them, in the order given. One statement.

    Whether their reader may see them was asked by whoever found them.
    """
    if not numbers:
        return []
    found = """SELECT id, place::int, now() FROM unnest(%s::bigint[])
                      WITH ORDINALITY AS found(id, place)"""
    dutch = (get_language() or "").startswith("nl")
    rows = fetch(_DRESSED.format(page=found), [list(numbers), dutch])
    return sorted((Row(*values) for values in rows), key=lambda row: row.stretch)


def _narrowed(
    tickets: QuerySet[Ticket], user: User, view: View, queue: str
) -> QuerySet[Ticket]:
    if queue:
        # Known before the scan begins, so that an index gives the order too.
        asked = Queue.objects.filter(slug=queue).values("pk")[:1]
        tickets = tickets.filter(queue_id=Subquery(asked))
    if view == View.MINE:
        return tickets.filter(agent=user)
    if view == View.UNASSIGNED:
        return tickets.filter(agent=None)
    return tickets


def _part(
    tickets: QuerySet[Ticket], number: int, stretch: Stretch, after: Cursor | None
) -> QuerySet[Ticket, tuple[Any, ...]]:
    key = stretch.key
    tickets = tickets.filter(stretch.holds)
    if after:
        beyond = "lt" if stretch.newest_first else "gt"
        tickets = tickets.filter(
            Q(**{f"{key}__{beyond}": after.at})
            | Q(**{key: after.at, f"pk__{beyond}": after.ticket}),
            # Says no more than the line above, but lets the index begin there.
            **{f"{key}__{beyond}e": after.at},
        )
    order = (f"-{key}", "-pk") if stretch.newest_first else (key, "pk")
    # One more than a page tells whether there is another.
    return (
        tickets.annotate(stretch=Value(number), at=F(key))
        .order_by(*order)
        .values_list("pk", "stretch", "at")[: PAGE + 1]
    )


_DRESSED = f"""
WITH page (id, stretch, at) AS ({{page}})
SELECT k.public_id, k.id, k.version, k.status, k.priority, k.is_danger, k.excerpt,
       k.opened_at, k.resolved_at, k.waiting_since, k.due_at,
       -- Since when the promise that runs out first warns: the one `due_at` is of.
       (SELECT coalesce(warned_at, next_at) FROM webcare_clock
         WHERE ticket_id = k.id AND stopped_at IS NULL ORDER BY due_at LIMIT 1),
       (SELECT CASE WHEN %s AND name_nl <> '' THEN name_nl ELSE name END
          FROM webcare_topic WHERE id = k.topic_id),
       k.topic_by, k.topic_confidence, a.handle, a.name, a.external_id,
       (SELECT name FROM conversations_channel WHERE id = k.channel_id), t.visibility,
       (SELECT name FROM webcare_queue WHERE id = k.queue_id),
       (SELECT coalesce(nullif(btrim(first_name || ' ' || last_name), ''), username)
          FROM webcare_user WHERE id = k.agent_id),
       {WHY_NOTHING}, page.stretch, page.at
  FROM page
  JOIN webcare_ticket k ON k.id = page.id
  JOIN conversations_author a ON a.id = k.author_id
  JOIN conversations_thread t ON t.id = k.thread_id
"""


def in_words(name: str | None, name_nl: str | None) -> str:
    """Return a topic's name in the reader's language."""
    dutch = (get_language() or "").startswith("nl")
    return (name_nl if dutch else "") or name or ""


@dataclass(frozen=True, slots=True)
class QueueCount:
    slug: str
    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands beside every list: how much waits where, and who you are today."""

    views: dict[View, int]
    approvals: int | None  # answers of others that one may approve; None: no say
    queues: list[QueueCount]
    presence: str
    named: DeskNamed
    sets_up: bool


def desk_of(user: User, rights: Rights) -> Desk:
    """Count what waits in each view and queue, up to COUNTED. One statement."""
    queues = rights.where(Permission.SEE_TICKETS)
    approves = rights.where(Permission.APPROVE_REPLIES)
    rows = fetch(
        f"""SELECT 'presence', coalesce((SELECT state FROM webcare_presence
                                         WHERE user_id = %(user)s), 'away'), '', 0
            UNION ALL
            (SELECT 'named', name, language, is_demo::int FROM webcare_desksetting)
            UNION ALL
            SELECT 'view', 'mine', '', {_count("k.agent_id = %(user)s")}
            UNION ALL
            SELECT 'view', 'unassigned', '', {_count("k.agent_id IS NULL")}
            UNION ALL
            SELECT 'view', 'all', '', {_count("true")}
            UNION ALL
            SELECT 'view', 'parked', '',
                   {_count("true", "'pending', 'on_hold', 'snoozed'")}
            UNION ALL
            SELECT 'approvals', '', '', (SELECT count(*) FROM (
                SELECT FROM webcare_approval a
                  JOIN webcare_ticket k ON k.id = a.ticket_id
                 WHERE a.state = 'waiting' AND a.writer_id <> %(user)s
                   AND (%(approves_all)s OR k.queue_id = ANY(%(approves)s::bigint[]))
                 LIMIT {COUNTED}) AS counted)
            UNION ALL
            (SELECT 'queue', q.slug, q.name, {_count("k.queue_id = q.id")}
               FROM webcare_queue q
              WHERE (%(everywhere)s OR q.id = ANY(%(queues)s::bigint[]))
              ORDER BY q.name)""",
        {
            "user": user.pk,
            "everywhere": EVERYWHERE in queues,
            "queues": sorted(queue for queue in queues if queue is not None),
            "approves_all": EVERYWHERE in approves,
            "approves": sorted(queue for queue in approves if queue is not None),
        },
        prepared=True,
    )
    views = {View(name): count for kind, name, _, count in rows if kind == "view"}
    counts = [QueueCount(s, name, n) for kind, s, name, n in rows if kind == "queue"]
    named = [(name, said, bool(n)) for kind, name, said, n in rows if kind == "named"]
    called = DeskNamed(*(named[0] if named else ()))
    sets_up = rights.allow(Permission.SET_UP)
    [waiting] = [n for kind, _, _, n in rows if kind == "approvals"]
    return Desk(
        views, waiting if approves else None, counts, rows[0][1], called, sets_up
    )


def _count(condition: str, statuses: str = "'new', 'open'") -> str:
    """SQL that counts the visible tickets of which `condition` holds, up to a cap."""
    return f"""(SELECT count(*) FROM (
        SELECT FROM webcare_ticket k
         WHERE {condition} AND k.status IN ({statuses})
           AND (%(everywhere)s OR k.queue_id = ANY(%(queues)s::bigint[]))
         LIMIT {COUNTED}) AS counted)"""
