"""The log, handed on: each event becomes a row for every subscription that wants it."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction

from conversations.crashpoints import crossing
from conversations.models.bulk import column, fetch
from webcare.domain.outward import name_of
from webcare.models import Subscription, TicketEvent
from webcare.queries.events import Logged, Place, log_after, settled_now
from webcare.queries.sight import people_with_rights, seen_of

BATCH = 500
SHIFT_SECONDS = 10  # well within the time limit of a task


def fan_out() -> int:
    """Read the log on behalf of all subscriptions; returns how many events were read.

    Rows and places are committed together: who dies in between has read nothing.
    """
    ends_at = time.monotonic() + SHIFT_SECONDS
    read = 0
    while count := _batch():
        read += count
        if time.monotonic() > ends_at:
            break
    return read


@transaction.atomic
def _batch() -> int:
    """Read on from each place that a subscription stands at; mostly they share one."""
    places: defaultdict[Place, list[Subscription]] = defaultdict(list)
    for subscription in _take():
        places[Place(subscription.written_in, subscription.event)].append(subscription)
    settled = settled_now() if places else 0
    return sum(_read(place, settled, group) for place, group in places.items())


def _take() -> Iterable[Subscription]:
    """Whoever reads for a subscription is alone in it; another passes on."""
    return (
        Subscription.objects.filter(is_active=True)
        .select_for_update(skip_locked=True)
        .order_by("id")
        .prefetch_related("queues")
    )


def _read(place: Place, settled: int, listeners: Sequence[Subscription]) -> int:
    lines, reached = log_after(place, settled, BATCH)
    if lines:
        _tell(list(_wanted(lines, listeners)))
        crossing("fan_out.told")
        Subscription.objects.filter(pk__in=[one.pk for one in listeners]).update(
            **reached._asdict()
        )
    return len(lines)


class _Told(NamedTuple):
    subscription: int
    event: int
    ticket: int
    name: str


def _wanted(
    lines: Sequence[Logged], listeners: Sequence[Subscription]
) -> Iterable[_Told]:
    """What each subscription asked for, as far as its owner may see it now."""
    owners = people_with_rights({one.owner_id for one in listeners})
    sight = seen_of(owners.values(), {line.ticket for line in lines})
    for listener in listeners:
        seen = sight.get(listener.owner_id, frozenset())
        queues = {queue.pk for queue in listener.queues.all()}
        for line in lines:
            if (
                line.ticket in seen
                and (not queues or line.queue in queues)
                and _asked_for(listener, line)
            ):
                yield _Told(listener.pk, line.event.id, line.ticket, _name(line))


def _asked_for(listener: Subscription, line: Logged) -> bool:
    """By name; what a rule sends to one subscription is for that one alone."""
    if (to := _sent_to(line)) is not None:
        return to == str(listener.public_id)
    return not listener.events or _name(line) in listener.events


def _sent_to(line: Logged) -> str | None:
    if line.event.kind != TicketEvent.Kind.RULE_RAN:
        return None
    data: Mapping[str, object] = line.event.data
    to = data.get("webhook")
    return None if to is None else str(to)


def _name(line: Logged) -> str:
    return name_of(line.event.kind)


def _tell(told: Sequence[_Told]) -> None:
    """Number and insert all rows in one statement.

    Events of one ticket are numbered in the order in which they were written.
    """
    if told:
        fetch(_TELL, [column(values) for values in zip(*told, strict=True)])


_TELL = """
    WITH given AS (
        SELECT s::bigint AS subscription, e::bigint AS event, t::bigint AS ticket, name
          FROM ROWS FROM (
               json_array_elements_text(%s::json), json_array_elements_text(%s::json),
               json_array_elements_text(%s::json), json_array_elements_text(%s::json)
          ) AS given(s, e, t, name)),
    counted AS (
        INSERT INTO webcare_subscriptionsequence AS c
               (subscription_id, ticket_id, sequence)
        SELECT subscription, ticket, count(*) FROM given
         GROUP BY subscription, ticket ORDER BY subscription, ticket
        ON CONFLICT (subscription_id, ticket_id)
        DO UPDATE SET sequence = c.sequence + EXCLUDED.sequence
        RETURNING subscription_id, ticket_id, sequence)
    INSERT INTO webcare_subscriptiondelivery
           (subscription_id, event_id, ticket_id, name, sequence)
    SELECT g.subscription, g.event, g.ticket, g.name,
           c.sequence - count(*) OVER same + row_number() OVER in_order
      FROM given g
      JOIN counted c ON c.subscription_id = g.subscription AND c.ticket_id = g.ticket
    WINDOW same AS (PARTITION BY g.subscription, g.ticket),
           in_order AS (PARTITION BY g.subscription, g.ticket ORDER BY g.event)
     ORDER BY g.event, g.subscription"""
