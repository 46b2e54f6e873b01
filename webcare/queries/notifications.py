"""What a person was told, and who follows a ticket."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from conversations.models.bulk import fetch
from webcare.models import Notification, User
from webcare.queries.conversation import Place
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import seeing

NotificationKind = Notification.Kind


def notifications_of(user: User) -> QuerySet[Notification]:
    """The one door to what somebody was told: their own, once its time has come."""
    return Notification.objects.filter(user=user, at__lte=Now())


class NotificationRow(NamedTuple):
    unread_since: datetime | None
    pk: int
    id: UUID
    kind: str
    at: datetime
    read_at: datetime | None
    ticket: UUID
    number: int
    excerpt: str
    note: UUID | None
    event: int | None
    actor: UUID | None
    actor_name: str | None


# By an expression index: what is unread first, the newest of it on top.
NOTIFICATIONS = Order(
    "(CASE WHEN n.read_at IS NULL THEN n.at END)", descending=True, nullable=True
)
_NAME = """coalesce(
    nullif(btrim({0}.first_name || ' ' || {0}.last_name), ''), {0}.username)"""
_COLUMNS = f"""n.public_id, n.kind, n.at, n.read_at, k.public_id, k.id, k.excerpt,
    t.public_id, n.event_id, a.public_id,
    {_NAME.format("a")}"""
_SOURCE = """webcare_notification n
    JOIN webcare_ticket k ON k.id = n.ticket_id
    JOIN webcare_user u ON u.id = n.user_id
    LEFT JOIN webcare_note t ON t.id = n.note_id
    LEFT JOIN webcare_ticketevent e ON e.id = n.event_id
    LEFT JOIN webcare_user a ON a.id = coalesce(t.author_id, e.actor_id)"""


def notification_page(
    user: User, unread: bool | None, mark: Mark | None, limit: int
) -> tuple[list[NotificationRow], Page]:
    """Return what `user` was told, the unread first: of tickets still in sight."""
    where = [
        "n.user_id = %(user)s",
        "n.at <= statement_timestamp()",
        seeing("u", "k"),
    ]
    if unread is not None:
        where.append(f"n.read_at IS {'' if unread else 'NOT '}NULL")
    listing = Listing(_COLUMNS, _SOURCE, "n.id", where, {"user": user.pk})
    page = read_page(listing, NOTIFICATIONS, mark, limit)
    return [NotificationRow(*row) for row in page.rows], page


COUNTED = 21  # one more than a page counts


def newest_unread(users: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return what each of these people has not read yet, the newest of it: ids, for
    comparison only. One statement; each person costs a look at one index.
    """
    rows = fetch(
        """SELECT u.id, ARRAY(
                  SELECT n.id FROM webcare_notification n
                   WHERE n.user_id = u.id
                     AND CASE WHEN n.read_at IS NULL THEN n.at END
                         <= statement_timestamp()
                   ORDER BY CASE WHEN n.read_at IS NULL THEN n.at END
                            DESC NULLS LAST, n.id DESC
                   LIMIT %s)
             FROM unnest(%s::bigint[]) AS u(id)""",
        [COUNTED, list(users)],
    )
    return {user: tuple(unread) for user, unread in rows}


class FollowerRow(NamedTuple):
    since: datetime
    pk: int
    id: UUID
    name: str


FOLLOWERS = Order("f.since")


def follower_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[FollowerRow], Page]:
    """Return who follows this ticket, who came first at the top."""
    listing = Listing(
        f"u.public_id, {_NAME.format('u')}",
        "webcare_follower f JOIN webcare_user u ON u.id = f.user_id",
        "f.id",
        ["f.ticket_id = %(ticket)s"],
        {"ticket": ticket.id},
    )
    page = read_page(listing, FOLLOWERS, mark, limit)
    return [FollowerRow(*row) for row in page.rows], page
