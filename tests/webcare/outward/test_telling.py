"""Calls to receivers: at least once, in order, signed, guarded, one by one."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connection, connections
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from conversations.adapters.signatures import verify
from webcare.actions.log import record
from webcare.actions.subscriptions import (
    change_subscription,
    ping,
    renew_subscription_secret,
    replay,
    replay_since,
)
from webcare.actions.telling import forget_told, tell_due
from webcare.domain.outward import MOST_TRIES
from webcare.models import Subscription, SubscriptionDelivery, TicketEvent
from webcare.queries.subscriptions import subscriptions_due

pytestmark = pytest.mark.django_db(transaction=True)
Kind = TicketEvent.Kind


@pytest.fixture
def tell(fan_out):
    """Let so many things happen to a ticket, and hand them on."""

    def happen(*tickets, kind=Kind.TAGGED):
        for ticket in tickets:
            record(ticket, kind, at=timezone.now(), tag=7)
        fan_out()

    return happen


def now_due():
    SubscriptionDelivery.objects.filter(state="waiting").update(due_at=timezone.now())
    Subscription.objects.update(paused_until=None)


def state_of(subscription):
    rows = SubscriptionDelivery.objects.filter(subscription=subscription)
    return list(rows.order_by("id").values_list("state", "attempts", "status_code"))


def test_an_event_is_told_as_the_api_shows_it_and_signed(
    subscribe, receiver, ticket, tell, as_client, root, settings
):
    subscription = subscribe(receiver)
    tell(ticket)

    tell_due(subscription.pk)

    [(headers, body)] = receiver.calls
    [told] = receiver.told
    shown = as_client(root).get(f"/api/v1/tickets/{ticket.public_id}/events").json()
    [event] = [one for one in shown["results"] if one["kind"] == "tagged"]
    secrets = subscription.secrets
    assert verify(headers=headers, body=body, secrets=secrets, now=timezone.now())
    assert told["type"] == "ticket.tagged"
    assert told["timestamp"] == event["effective_at"]
    assert told["data"] == event | {
        "sequence": 1,
        "number": ticket.number,
        "url": f"{settings.PUBLIC_URL}/api/v1/tickets/{ticket.public_id}",
    }
    assert state_of(subscription) == [("delivered", 1, 204)]


def test_words_of_the_customer_do_not_travel(subscribe, receiver, ticket, fan_out):
    subscription = subscribe(receiver)
    why = {"rules": [{"found": "no power"}]}
    record(ticket, Kind.CLASSIFIED, at=timezone.now(), topic=None, by="rule", why=why)
    fan_out()

    tell_due(subscription.pk)

    assert receiver.told[0]["data"]["data"] == {"topic": None, "by": "rule"}


def test_while_a_secret_is_replaced_both_are_good(subscribe, receiver, root):
    subscription = subscribe(receiver)
    old = subscription.secret
    new = renew_subscription_secret(user=root, subscription=subscription)
    ping(user=root, subscription=subscription)

    tell_due(subscription.pk)

    [(headers, body)] = receiver.calls
    at = timezone.now()
    for secret in (old, new):
        assert verify(headers=headers, body=body, secrets=[secret], now=at)


def test_every_try_carries_the_same_id(subscribe, receiver, ticket, tell):
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 500 if len(receiver.calls) < 3 else 200
    tell(ticket)

    for _ in range(3):
        tell_due(subscription.pk)
        now_due()

    assert len(receiver.calls) == 3
    assert len(set(receiver.ids)) == 1
    assert state_of(subscription) == [("delivered", 3, 200)]


def test_after_a_failure_it_waits_and_the_wait_grows(subscribe, receiver, ticket, tell):
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 503
    tell(ticket)
    waits = []
    for _ in range(3):
        tell_due(subscription.pk)
        [row] = SubscriptionDelivery.objects.all()
        waits.append((row.due_at - timezone.now()).total_seconds())
        now_due()

    assert [len(receiver.calls), *map(round, waits)] == [
        3,
        pytest.approx(5, abs=2),
        pytest.approx(30, abs=7),
        pytest.approx(120, abs=25),
    ]


def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    subscribe, receiver, ticket, make_ticket, tell
):
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: (429, {"Retry-After": "600"})
    tell(ticket, make_ticket())

    tell_due(subscription.pk)

    subscription.refresh_from_db()
    later = timezone.now() + timedelta(seconds=590)
    assert len(receiver.calls) == 1
    assert subscription.paused_until > later
    assert SubscriptionDelivery.objects.filter(attempts=1).get().due_at > later
    assert list(subscriptions_due()) == []


def test_after_the_last_try_it_is_given_up_and_the_next_goes_on(
    subscribe, receiver, ticket, tell
):
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 404 if len(set(receiver.ids)) < 2 else 200
    tell(ticket, ticket)

    for _ in range(MOST_TRIES + 1):
        now_due()
        tell_due(subscription.pk)

    assert state_of(subscription) == [("dead", MOST_TRIES, 404), ("delivered", 1, 200)]


def test_what_happened_to_one_ticket_is_told_in_its_order(
    subscribe, receiver, ticket, make_ticket, tell
):
    """What waits for another try keeps the later ones of its ticket, and no others."""
    other = make_ticket()
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 500 if len(receiver.calls) == 1 else 200
    tell(ticket, ticket, other)

    tell_due(subscription.pk)
    first = [(one["data"]["number"], one["data"]["sequence"]) for one in receiver.told]
    now_due()
    tell_due(subscription.pk)
    then = [(one["data"]["number"], one["data"]["sequence"]) for one in receiver.told]

    assert first == [(ticket.number, 1), (other.number, 1)]
    assert then[2:] == [(ticket.number, 1), (ticket.number, 2)]


def test_many_workers_tell_everything_once_and_in_order(
    subscribe, receiver, ticket, make_ticket, tell
):
    other = make_ticket()
    subscription = subscribe(receiver)
    tell(*[ticket, other] * 15)

    def work():
        while SubscriptionDelivery.objects.exclude(state="delivered").exists():
            tell_due(subscription.pk)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    told = [(one["data"]["number"], one["data"]["sequence"]) for one in receiver.told]
    assert [n for number, n in told if number == ticket.number] == [*range(1, 16)]
    assert [n for number, n in told if number == other.number] == [*range(1, 16)]


def test_a_receiver_that_is_gone_is_called_no_more(subscribe, receiver, ticket, tell):
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 410
    tell(ticket, ticket)

    tell_due(subscription.pk)
    now_due()
    tell_due(subscription.pk)

    subscription.refresh_from_db()
    assert len(receiver.calls) == 1
    assert (subscription.is_active, subscription.disabled_because) == (False, "gone")
    assert state_of(subscription)[1] == ("waiting", 0, None)


@pytest.mark.parametrize("inside", ["127.0.0.1:{port}/x", "169.254.169.254/latest"])
def test_a_redirect_to_the_inside_is_not_followed(
    subscribe, receivers, ticket, tell, inside
):
    outside, hidden = receivers(), receivers()
    port = hidden.url.split(":")[2].split("/")[0]
    to = "http://" + inside.format(port=port)
    outside.says = lambda headers, body: (307, {"Location": to})
    subscription = subscribe(outside)
    tell(ticket)

    tell_due(subscription.pk)

    [row] = SubscriptionDelivery.objects.all()
    assert hidden.calls == []
    assert (row.state, row.status_code) == ("waiting", 307)
    assert "not followed" in row.failure


def answers(*addresses):
    def resolve(host, port, *_, **__):
        return [(socket.AF_INET, 1, 6, "", (one, port)) for one in addresses]

    return resolve


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "10.0.0.1"]]
)
def test_a_name_that_leads_inside_by_now_is_not_called(
    subscribe, receiver, root, monkeypatch, settings, addresses
):
    """It was outside when it was written down; one answer inside is enough."""
    subscription = subscribe(receiver)
    ping(user=root, subscription=subscription)
    Subscription.objects.update(url="https://moved.example.org/hook")
    settings.OUTGOING_ALLOWED_HOSTS = []
    monkeypatch.setattr(socket, "getaddrinfo", answers(*addresses))

    tell_due(subscription.pk)

    [row] = SubscriptionDelivery.objects.all()
    assert receiver.calls == []
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "not on the public internet" in row.failure


def test_what_fails_in_a_row_is_tried_now_and_again_only(
    subscribe, receiver, make_ticket, tell
):
    tickets = [make_ticket() for _ in range(8)]
    subscription = subscribe(receiver)
    receiver.says = lambda headers, body: 500
    tell(*tickets)

    tell_due(subscription.pk)
    subscription.refresh_from_db()
    tried = len(receiver.calls)
    paused = subscription.paused_until
    receiver.says = lambda headers, body: 200
    now_due()
    tell_due(subscription.pk)
    subscription.refresh_from_db()

    assert tried == 5
    assert paused > timezone.now()
    assert subscription.failures == 0
    assert {state for state, *_ in state_of(subscription)} == {"delivered"}


def test_a_slow_receiver_keeps_nobody_waiting(
    subscribe, receivers, ticket, make_ticket, tell
):
    slow, fast = receivers(), receivers()
    go_on = Flag()
    slow.says = lambda headers, body: go_on.wait(8) and 200
    others = [make_ticket() for _ in range(6)]
    slows, fasts = subscribe(slow), subscribe(fast)
    tell(*others, *[ticket] * 10)

    def work(subscription):
        tell_due(subscription.pk)
        connections.close_all()

    workers = [Thread(target=work, args=[slows]) for _ in range(6)]
    for worker in workers:
        worker.start()
    while len(slow.calls) < 3:
        time.sleep(0.01)
    tell_due(fasts.pk)
    meanwhile = len(slow.calls)
    go_on.set()
    for worker in workers:
        worker.join()

    assert len(fast.calls) == 16
    assert meanwhile == 3


def test_killed_between_the_call_and_its_record_it_is_told_again_under_the_same_id(
    subscribe, receiver, ticket, tell
):
    subscription = subscribe(receiver)
    tell(ticket)
    place = connection.settings_dict
    script = (
        "import django; django.setup(); "
        f"from webcare.actions.telling import tell_due; tell_due({subscription.pk})"
    )
    environment = os.environ | {
        "CRASH_AT": "telling.answered",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": make_conninfo(
            host=place["HOST"],
            port=place["PORT"] or None,
            user=place["USER"],
            password=place["PASSWORD"] or None,
            dbname=place["NAME"],
        ),
    }

    died = subprocess.run([sys.executable, "-c", script], env=environment, timeout=60)
    left = state_of(subscription)
    SubscriptionDelivery.objects.update(
        claimed_at=timezone.now() - timedelta(minutes=1)
    )
    due = list(subscriptions_due())
    tell_due(subscription.pk)

    assert died.returncode == -signal.SIGKILL
    assert left == [("sending", 1, None)]
    assert due == [(subscription.pk,)]
    assert len(receiver.calls) == 2
    assert len(set(receiver.ids)) == 1
    assert state_of(subscription) == [("delivered", 2, 204)]


def test_what_was_told_can_be_told_again(subscribe, receiver, root, ticket, tell):
    subscription = subscribe(receiver)
    tell(ticket, ticket)
    tell_due(subscription.pk)
    first = SubscriptionDelivery.objects.order_by("id")[0]

    replay(user=root, subscription=subscription, delivery_id=first.public_id)
    tell_due(subscription.pk)
    since = timezone.now() - timedelta(hours=1)
    count = replay_since(user=root, subscription=subscription, since=since)
    tell_due(subscription.pk)

    assert count == 2
    assert [receiver.ids.count(one) for one in dict.fromkeys(receiver.ids)] == [3, 2]


def test_what_came_to_its_end_long_ago_is_forgotten(subscribe, receiver, ticket, tell):
    subscription = subscribe(receiver)
    tell(ticket)
    tell_due(subscription.pk)
    kept = forget_told()
    long_ago = timezone.now() - timedelta(days=31)
    SubscriptionDelivery.objects.update(settled_at=long_ago)

    assert (kept, forget_told()) == (0, 1)


def test_nobody_is_called_while_switched_off(subscribe, receiver, root, ticket, tell):
    subscription = subscribe(receiver)
    tell(ticket)
    change_subscription(user=root, subscription=subscription, is_active=False)

    tell_due(subscription.pk)

    assert receiver.calls == []
