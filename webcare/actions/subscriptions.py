"""Subscriptions, set up by who may; what they hear is what their owner may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.calls import check_address, new_secret
from conversations.exceptions import ChannelUnusable
from conversations.models.bulk import fetch
from webcare.domain.outward import PING
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, NotFound
from webcare.models import Queue, Subscription, SubscriptionDelivery, User
from webcare.queries.events import end_of_log
from webcare.queries.people import may, queues_where
from webcare.queries.subscriptions import EVENT_NAMES, Disabled

MOST_EACH = 50  # subscriptions of one owner


def make_subscription(
    *,
    user: User,
    owner: User,
    name: str,
    url: str,
    events: Sequence[str] = (),
    queues: Sequence[Queue] = (),
) -> tuple[Subscription, str]:
    """Subscribe an address to what `owner` sees, from now on; returns the row and its
    secret, which nobody sees again.

    Somebody who manages webhooks makes them for themselves, who sets up the desk for
    anybody. Asks the network's names. Raises NotAllowed, Invalid.
    """
    _require_manager(user, owner)
    fields = _checked(url=url, events=events)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if Subscription.objects.filter(owner=owner).count() >= MOST_EACH:
            raise Invalid(owner=_("This person has as many as one can have: end one."))
        secret = new_secret()
        made = Subscription.objects.create(
            owner=owner, name=name, secret=secret, **fields, **end_of_log()._asdict()
        )
        made.queues.set(queues)
    return made, secret


def change_subscription(
    *,
    user: User,
    subscription: Subscription,
    queues: Sequence[Queue] | None = None,
    **fields: Any,
) -> Subscription:
    """Change what was given; switched on again, it goes on where it stopped.

    Raises NotAllowed, Invalid.
    """
    _require_manager(user, subscription.owner)
    fields = _checked(**fields)
    if "is_active" in fields:
        is_on = fields["is_active"]
        fields["disabled_because"] = "" if is_on else Disabled.BY_HAND
        fields |= {"failures": 0, "paused_until": None} if is_on else {}
    with transaction.atomic():
        if fields:
            Subscription.objects.filter(pk=subscription.pk).update(**fields)
        if queues is not None:
            subscription.queues.set(queues)
    return subscription


@transaction.atomic
def renew_subscription_secret(*, user: User, subscription: Subscription) -> str:
    """Make a new secret; calls are signed with the one before as well, until the next
    renewal. Raises NotAllowed."""
    _require_manager(user, subscription.owner)
    row = Subscription.objects.select_for_update().get(pk=subscription.pk)
    secret = new_secret()
    row.previous_secret, row.secret = row.secret, secret
    row.save(update_fields=["secret", "previous_secret"])
    return secret


@transaction.atomic
def end_subscription(*, user: User, subscription: Subscription) -> None:
    """End it, with all it was told or waits for. Raises NotAllowed."""
    _require_manager(user, subscription.owner)
    for table in ("delivery", "sequence"):
        fetch(
            f"DELETE FROM webcare_subscription{table} WHERE subscription_id = %s",
            [subscription.pk],
        )
    subscription.delete()


@transaction.atomic
def ping(*, user: User, subscription: Subscription) -> SubscriptionDelivery:
    """Send something that means nothing, to see whether it arrives.

    Raises NotAllowed, Invalid for one that is switched off.
    """
    _require_manager(user, subscription.owner)
    _require_active(subscription)
    return SubscriptionDelivery.objects.create(subscription=subscription, name=PING)


@transaction.atomic
def replay(*, user: User, subscription: Subscription, delivery_id: UUID) -> None:
    """Tell one event again, under the same id, with all its tries before it.

    Nothing changes for one that waits yet. Raises NotAllowed, NotFound, Invalid.
    """
    _require_manager(user, subscription.owner)
    _require_active(subscription)
    if not _again(subscription, "public_id = %(which)s", delivery_id):
        known = SubscriptionDelivery.objects.filter(
            subscription=subscription, public_id=delivery_id
        )
        if not known.exists():
            raise NotFound("There is no such delivery.")


@transaction.atomic
def replay_since(
    *, user: User, subscription: Subscription, since: datetime, only_dead: bool = False
) -> int:
    """Tell again what was made since then, each under its own id; returns how many.

    Raises NotAllowed, Invalid for one that is switched off.
    """
    _require_manager(user, subscription.owner)
    _require_active(subscription)
    which = "made_at >= %(which)s" + (" AND state = 'dead'" if only_dead else "")
    return _again(subscription, which, since)


def _again(subscription: Subscription, which: str, value: Any) -> int:
    return len(
        fetch(
            f"""UPDATE webcare_subscriptiondelivery
                   SET state = 'waiting', attempts = 0, settled_at = NULL,
                       due_at = statement_timestamp()
                 WHERE subscription_id = %(subscription)s AND {which}
                   AND state IN ('delivered', 'dead')
             RETURNING id""",
            {"subscription": subscription.pk, "which": value},
        )
    )


def _require_manager(user: User, owner: User) -> None:
    if may(user, Permission.SET_UP):
        return
    if user != owner or not queues_where(user, Permission.MANAGE_WEBHOOKS):
        raise NotAllowed(permission=Permission.MANAGE_WEBHOOKS.value)


def _require_active(subscription: Subscription) -> None:
    if not subscription.is_active:
        raise Invalid(is_active=_("It is switched off: switch it on first."))


def _checked(**fields: Any) -> dict[str, Any]:
    if "events" in fields:
        fields["events"] = sorted(set(fields["events"]))
        if unknown := set(fields["events"]) - set(EVENT_NAMES):
            said = _("There is no event called %(name)s.") % {"name": min(unknown)}
            raise Invalid(events=said)
    if "url" in fields:
        try:
            check_address(fields["url"])
        except ChannelUnusable as error:
            raise Invalid(url=str(error)) from error
    return fields
