"""What the outside is told: who listens, what is due, and what became of it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models.bulk import fetch
from webcare.domain.outward import PING, name_of
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed, NotFound
from webcare.models import Subscription, SubscriptionDelivery, TicketEvent, User
from webcare.queries.event_rows import (
    EVENT_COLUMNS,
    EVENT_SOURCE,
    EventRow,
    event_row,
)
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import may, queues_where

State = SubscriptionDelivery.State
Disabled = Subscription.Disabled
EVENT_NAMES = tuple(sorted(name_of(kind) for kind in TicketEvent.Kind.values))

# A call ends by itself well before this; whose caller is gone is told again.
PATIENCE_SECONDS = 30


def subscriptions(user: User) -> QuerySet[Subscription]:
    """Return the subscriptions that `user` may manage: all, or only their own.

    Raises NotAllowed for somebody who manages none.
    """
    found = Subscription.objects.select_related("owner").prefetch_related("queues")
    if may(user, Permission.SET_UP):
        return found.order_by("-id")
    if not queues_where(user, Permission.MANAGE_WEBHOOKS):
        raise NotAllowed(permission=Permission.MANAGE_WEBHOOKS.value)
    return found.filter(owner=user).order_by("-id")


def subscription_for(user: User, public_id: UUID) -> Subscription:
    """Raises NotFound, also when it is somebody else's; NotAllowed."""
    found = subscriptions(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such subscription.")
    return found


class DeliveryRow(NamedTuple):
    made_at: datetime
    pk: int
    id: UUID
    name: str
    ticket: UUID | None
    event: int | None
    sequence: int | None
    state: str
    attempts: int
    due_at: datetime
    settled_at: datetime | None
    status_code: int | None
    failure: str


_DELIVERIES = """d.public_id, d.name, k.public_id, d.event_id, d.sequence, d.state,
    d.attempts, d.due_at, d.settled_at, d.status_code, d.failure"""
_DELIVERY_SOURCE = """webcare_subscriptiondelivery d
    LEFT JOIN webcare_ticket k ON k.id = d.ticket_id"""
DELIVERIES = Order("d.made_at", descending=True)


def delivery_page(
    subscription: Subscription, state: str | None, mark: Mark | None, limit: int
) -> tuple[list[DeliveryRow], Page]:
    """Return a page of what a subscription was or will be told, the newest first."""
    where = ["d.subscription_id = %(subscription)s"]
    if state is not None:
        where.append("d.state = %(state)s")
    values = {"subscription": subscription.pk, "state": state}
    listing = Listing(_DELIVERIES, _DELIVERY_SOURCE, "d.id", where, values)
    page = read_page(listing, DELIVERIES, mark, limit)
    return [DeliveryRow(*row) for row in page.rows], page


def delivery_row(subscription: Subscription, public_id: UUID) -> DeliveryRow:
    """Return one line of that list. Raises NotFound."""
    rows = fetch(
        f"""SELECT d.made_at, d.id, {_DELIVERIES} FROM {_DELIVERY_SOURCE}
             WHERE d.subscription_id = %s AND d.public_id = %s""",
        [subscription.pk, public_id],
    )
    if not rows:
        raise NotFound("There is no such delivery.")
    return DeliveryRow(*rows[0])


def event_of(delivery: SubscriptionDelivery) -> EventRow | None:
    """Return what happened, as the events of the API show it; None for a ping."""
    if delivery.name == PING:
        return None
    [row] = fetch(
        f"SELECT {EVENT_COLUMNS} FROM {EVENT_SOURCE} WHERE e.id = %s",
        [delivery.event_id],
    )
    return event_row(row)


def fan_out_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a subscription has settled events before it, since so long."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_subscription s
              WHERE s.is_active AND EXISTS (
                    SELECT FROM webcare_ticketevent e
                     WHERE (e.written_in, e.id) > (s.written_in, s.event)
                       AND e.written_in
                           < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                       AND e.recorded_at
                           <= statement_timestamp() - make_interval(secs => %s)))""",
        [for_seconds],
    )
    return [()] if is_due else []


def subscriptions_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Return the subscriptions with something that should have left so long ago."""
    rows = fetch(
        """SELECT s.id FROM webcare_subscription s
            WHERE s.is_active
              AND coalesce(s.paused_until <= statement_timestamp(), true)
              AND (EXISTS (
                    SELECT FROM webcare_subscriptiondelivery d
                     WHERE d.subscription_id = s.id AND d.state = 'waiting'
                       AND d.due_at
                           <= statement_timestamp() - make_interval(secs => %(since)s))
                OR EXISTS (
                    SELECT FROM webcare_subscriptiondelivery d
                     WHERE d.subscription_id = s.id AND d.state = 'sending'
                       AND d.claimed_at < statement_timestamp()
                           - make_interval(secs => %(patience)s + %(since)s)))
            ORDER BY s.id""",
        {"since": for_seconds, "patience": PATIENCE_SECONDS},
    )
    return [(pk,) for [pk] in rows]
