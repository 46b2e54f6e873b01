"""Calls to subscriptions: at least once, in order for each ticket, never inside."""

import json
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from conversations.actions.calls import Answered, post_signed
from conversations.crashpoints import crossing
from conversations.exceptions import DeliveryError
from conversations.models.bulk import fetch
from webcare.domain import outward
from webcare.models import Subscription, SubscriptionDelivery
from webcare.queries.subscriptions import PATIENCE_SECONDS, Disabled, event_of

SHIFT_SECONDS = 10  # well within the time limit of a task
# Calls under way. Senders have more threads than all of these, so that an answer to a
# customer never waits for somebody's receiver.
AT_ONCE = 3
AT_ONCE_IN_ALL = 8
SLOW_SECONDS = 2.0
GONE = 410
KEPT_DAYS = 30
FORGOTTEN_AT_ONCE = 5_000


def tell_due(subscription_id: int) -> int:
    """Tell one subscription what is due, one event after the other; returns how many.

    Claiming is one UPDATE, so no two workers tell the same at once; events of one
    ticket leave in their order. No transaction is open during the call. Who dies
    after the call and before its end is written down leaves a row in *sending*: it is
    told again, under the same id.
    """
    _take_up_lost(subscription_id)
    ends_at = time.monotonic() + SHIFT_SECONDS
    count = 0
    while delivery := _claim(subscription_id):
        crossing("telling.claimed")
        _tell(delivery)
        count += 1
        if time.monotonic() > ends_at:
            break
    return count


def forget_told() -> int:
    """Forget what came to its end long ago; returns how many rows."""
    forgotten = 0
    while rows := fetch(
        """DELETE FROM webcare_subscriptiondelivery WHERE id = ANY(ARRAY(
                SELECT id FROM webcare_subscriptiondelivery
                 WHERE settled_at < statement_timestamp() - make_interval(days => %s)
                 ORDER BY settled_at LIMIT %s))
        RETURNING id""",
        [KEPT_DAYS, FORGOTTEN_AT_ONCE],
    ):
        forgotten += len(rows)
    return forgotten


def _take_up_lost(subscription_id: int) -> None:
    """Let what never came back wait again: its receiver knows a repeat by its id."""
    fetch(
        """UPDATE webcare_subscriptiondelivery
              SET state = 'waiting', failure = 'The call did not come back.'
            WHERE subscription_id = %s AND state = 'sending'
              AND claimed_at < statement_timestamp() - make_interval(secs => %s)""",
        [subscription_id, PATIENCE_SECONDS],
    )


@transaction.atomic
def _claim(subscription_id: int) -> SubscriptionDelivery | None:
    """Take what is due and whose turn it is for its ticket.

    A receiver that is slow or failing gets one call at a time. Claims come one after
    the other, so that they count each other.
    """
    fetch("SELECT pg_advisory_xact_lock(7, 0)", [])
    claimed = fetch(
        """UPDATE webcare_subscriptiondelivery d
              SET state = 'sending', attempts = attempts + 1, fence = %(fence)s,
                  claimed_at = statement_timestamp()
            WHERE id = (
                SELECT w.id FROM webcare_subscriptiondelivery w
                  JOIN webcare_subscription s ON s.id = w.subscription_id
                 WHERE w.subscription_id = %(subscription)s AND w.state = 'waiting'
                   AND w.due_at <= statement_timestamp()
                   AND s.is_active
                   AND coalesce(s.paused_until <= statement_timestamp(), true)
                   AND (SELECT count(*) FROM webcare_subscriptiondelivery o
                         WHERE o.state = 'sending' AND o.subscription_id = s.id)
                       < CASE WHEN s.is_slow OR s.failures > 0 THEN 1
                              ELSE %(at_once)s END
                   AND (SELECT count(*) FROM webcare_subscriptiondelivery o
                         WHERE o.state = 'sending') < %(in_all)s
                   AND NOT EXISTS (
                       SELECT FROM webcare_subscriptiondelivery earlier
                        WHERE earlier.subscription_id = w.subscription_id
                          AND earlier.ticket_id = w.ticket_id
                          AND earlier.sequence < w.sequence
                          AND earlier.state IN ('waiting', 'sending'))
                 ORDER BY w.due_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
              AND state = 'waiting'
        RETURNING id""",
        {
            "fence": secrets.randbits(62),
            "subscription": subscription_id,
            "at_once": AT_ONCE,
            "in_all": AT_ONCE_IN_ALL,
        },
    )
    if not claimed:
        return None
    return SubscriptionDelivery.objects.select_related("subscription", "ticket").get(
        pk=claimed[0][0]
    )


def _tell(delivery: SubscriptionDelivery) -> None:
    """Call once, and write down what came of it."""
    subscription = delivery.subscription
    began = time.monotonic()
    try:
        answer = post_signed(
            url=subscription.url,
            secrets=subscription.secrets,
            call_id=str(delivery.public_id),
            body=_body(delivery),
        )
    except DeliveryError as error:
        _failed(delivery, reason=str(error))
        return
    crossing("telling.answered")
    if answer.is_taken:
        _delivered(delivery, answer.status, time.monotonic() - began)
    elif answer.status == GONE:
        _gone(delivery)
    else:
        _failed(delivery, reason=_refusal(answer), answer=answer)


def _body(delivery: SubscriptionDelivery) -> bytes:
    """What is said, made at the moment of saying it: ids and names, no texts."""
    event = event_of(delivery)
    if event is None or delivery.ticket is None:
        at, data = delivery.made_at, {"subscription": delivery.subscription.public_id}
    else:
        at = event.effective_at
        data = event._asdict() | {
            "actor": event.actor and {"id": event.actor, "name": event.actor_name},
            # Why a topic was chosen quotes words of the message.
            "data": {key: one for key, one in event.data.items() if key != "why"},
            "sequence": delivery.sequence,
            "number": delivery.ticket.number,
            "url": f"{settings.PUBLIC_URL}/api/v1/tickets/{event.ticket}",
        }
        del data["written_in"], data["actor_name"]
    said = {"type": delivery.name, "timestamp": at, "data": data}
    return json.dumps(said, default=_as_text, ensure_ascii=False).encode()


def _as_text(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("+00:00", "Z")
    return str(value)


def _refusal(answer: Answered) -> str:
    if 300 <= answer.status < 400:
        return f"It answered {answer.status}: redirects are not followed."
    return f"It answered {answer.status}."


def _delivered(delivery: SubscriptionDelivery, status: int, seconds: float) -> None:
    if not _settle(delivery, "delivered", status=status):
        return
    is_slow = seconds > SLOW_SECONDS
    # A receiver that is well is written to once a minute, not at every event.
    fetch(
        """UPDATE webcare_subscription
              SET failures = 0, paused_until = NULL, is_slow = %(is_slow)s,
                  succeeded_at = statement_timestamp()
            WHERE id = %(id)s
              AND (failures > 0 OR paused_until IS NOT NULL OR is_slow <> %(is_slow)s
                   OR coalesce(succeeded_at < statement_timestamp()
                               - interval '1 minute', true))""",
        {"id": delivery.subscription_id, "is_slow": is_slow},
    )


def _failed(
    delivery: SubscriptionDelivery, *, reason: str, answer: Answered | None = None
) -> None:
    """Try again later, or never; and leave a receiver alone that fails in a row."""
    status, asked = (answer.status, answer.retry_after) if answer else (None, None)
    wait = outward.wait_after(delivery.attempts, _chance(), asked)
    if wait is None:
        settled = _settle(delivery, "dead", status=status, failure=reason)
    else:
        settled = _put_off(delivery, wait, status=status, failure=reason)
    if settled:
        _count_failure(delivery.subscription_id, asked or 0.0)


def _gone(delivery: SubscriptionDelivery) -> None:
    """The receiver wants no more: what waits stays, for whoever switches it on."""
    reason = "It answered 410: nobody listens there any more."
    if _settle(delivery, "dead", status=GONE, failure=reason):
        Subscription.objects.filter(pk=delivery.subscription_id).update(
            is_active=False, disabled_because=Disabled.GONE
        )


def _settle(
    delivery: SubscriptionDelivery, state: str, *, status: int | None, failure: str = ""
) -> bool:
    """Write down the end; False when the row went on without this worker."""
    return bool(
        fetch(
            """UPDATE webcare_subscriptiondelivery
                  SET state = %s, settled_at = statement_timestamp(), status_code = %s,
                      failure = %s
                WHERE id = %s AND state = 'sending' AND fence = %s RETURNING id""",
            [state, status, failure[:200], delivery.pk, delivery.fence],
        )
    )


def _put_off(
    delivery: SubscriptionDelivery, wait: float, *, status: int | None, failure: str
) -> bool:
    return bool(
        fetch(
            """UPDATE webcare_subscriptiondelivery
                  SET state = 'waiting', status_code = %s, failure = %s,
                      due_at = statement_timestamp() + make_interval(secs => %s)
                WHERE id = %s AND state = 'sending' AND fence = %s RETURNING id""",
            [status, failure[:200], wait, delivery.pk, delivery.fence],
        )
    )


def _count_failure(subscription_id: int, asked: float) -> None:
    """The pause grows with the failures in a row, which are counted in the row."""
    [[failures]] = fetch(
        """UPDATE webcare_subscription
              SET failures = failures + 1, failed_at = statement_timestamp()
            WHERE id = %s RETURNING failures""",
        [subscription_id],
    ) or [(0,)]
    pause = max(
        outward.pause_after(failures, _chance()), min(asked, outward.LONGEST_WAIT)
    )
    if pause:
        fetch(
            """UPDATE webcare_subscription SET paused_until =
                      statement_timestamp() + make_interval(secs => %s)
                WHERE id = %s""",
            [pause, subscription_id],
        )


_chance: Callable[[], float] = random.random
