"""Lists of tickets for programs: any filter, any order, one page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce, Now

from conversations.models import Channel
from webcare.domain.lifecycle import LIVE
from webcare.models import Queue, Ticket, Topic, User
from webcare.queries.pages import Mark, Order, Page, read_page
from webcare.queries.tickets import visible_tickets

ORDERS = {
    "-opened": Order("opened_at", descending=True),
    "opened": Order("opened_at"),
    "changed": Order("changed_at"),
    "due": Order("due_at", nullable=True),
    "waiting": Order("waiting_since", nullable=True),
}
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets; None is any. `queue`, `topic` and `agent` may be NONE."""

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
    """One ticket of a list; `key` is the value that the list is ordered by."""

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
    agent_first_name: str | None
    agent_last_name: str | None
    agent_username: str | None
    channel: str
    channel_name: str
    author: UUID
    author_handle: str
    author_name: str
    is_late: bool  # a promise that runs is past its time

    @property
    def agent_name(self) -> str:
        full = f"{self.agent_first_name or ''} {self.agent_last_name or ''}".strip()
        return full or self.agent_username or ""


_FIELDS = (
    "pk",
    "public_id",
    "status",
    "priority",
    "is_danger",
    "language",
    "excerpt",
    "opened_at",
    "waiting_since",
    "due_at",
    "last_message_at",
    "first_response_seconds",
    "resolved_at",
    "resolution",
    "resolution_seconds",
    "changed_at",
    "version",
    "queue__slug",
    "queue__name",
    "topic__slug",
    "topic__name",
    "topic_by",
    "topic_confidence",
    "agent__public_id",
    "agent__first_name",
    "agent__last_name",
    "agent__username",
    "channel__slug",
    "channel__name",
    "author__public_id",
    "author__handle",
    "author__name",
)


def ticket_page(
    user: User, wanted: Wanted, order: str, mark: Mark | None, limit: int
) -> tuple[list[TicketRow], Page]:
    """Return one page of the tickets that `user` may see and asks for.

    Two statements, or three where tickets without the ordering time begin.
    """
    by = ORDERS[order]
    found = visible_tickets(user).filter(_conditions(user, wanted))
    rows = found.annotate(is_late=_IS_LATE).values_list(by.field, *_FIELDS, "is_late")
    page = read_page(rows, by, mark, limit)
    return [TicketRow(*row) for row in page.rows], page


def row_of(ticket: Ticket, now: datetime) -> TicketRow:
    """Return a ticket, read as a page shows it, in the shape of a list."""
    values = (_follow(ticket, name.split("__")) for name in _FIELDS)
    is_late = ticket.is_live and ticket.due_at is not None and ticket.due_at < now
    return TicketRow._make((ticket.opened_at, *values, is_late))


def _follow(thing: Any, path: list[str]) -> Any:
    for name in path:
        thing = getattr(thing, name, None)
    return thing


_LATE = Q(due_at__lt=Now(), status__in=sorted(LIVE))
_IS_LATE = Coalesce(ExpressionWrapper(_LATE, BooleanField()), Value(False))


def _conditions(user: User, wanted: Wanted) -> Q:
    return Q(
        *_choices(wanted),
        *_things(wanted),
        *_times(wanted),
        *_agent(user, wanted.agent),
    )


def _choices(wanted: Wanted) -> list[Q]:
    given = (
        ("status__in", wanted.status),
        ("priority__in", wanted.priority),
        ("language", wanted.language),
    )
    return [Q(**{name: value}) for name, value in given if value is not None]


def _things(wanted: Wanted) -> list[Q]:
    """By their ids, looked up inside the statement: an index knows ids, not names."""
    found = []
    for name, model in (("queue", Queue), ("topic", Topic), ("channel", Channel)):
        slug = getattr(wanted, name)
        if slug == NONE:
            found.append(Q(**{name: None}))
        elif slug is not None:
            ids = model.objects.filter(slug=slug).values("pk")[:1]
            found.append(Q(**{f"{name}_id": ids}))
    return found


def _times(wanted: Wanted) -> list[Q]:
    given = (
        ("opened_at__gte", wanted.opened_after),
        ("opened_at__lt", wanted.opened_before),
        ("changed_at__gte", wanted.changed_after),
    )
    found = [Q(**{name: value}) for name, value in given if value is not None]
    if wanted.breached is not None:
        found.append(_LATE if wanted.breached else ~_LATE)
    return found


def _agent(user: User, agent: UUID | str | None) -> list[Q]:
    if agent is None:
        return []
    if agent == NONE:
        return [Q(agent=None)]
    if agent == "me":
        return [Q(agent=user)]
    return [Q(agent_id=User.objects.filter(public_id=agent).values("pk")[:1])]
