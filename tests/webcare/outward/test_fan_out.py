"""The log is the outbox: what is committed is told, in order, to who may see it."""

from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions import fan_out as fanning
from webcare.actions.log import Line, record, record_many
from webcare.actions.subscriptions import change_subscription
from webcare.models import Subscription, SubscriptionDelivery, TicketEvent
from webcare.queries.subscriptions import fan_out_due

pytestmark = pytest.mark.django_db(transaction=True)
Kind = TicketEvent.Kind


def names(subscription):
    rows = SubscriptionDelivery.objects.filter(subscription=subscription)
    return list(rows.order_by("ticket_id", "sequence").values_list("name", flat=True))


def tag(ticket, kind=Kind.TAGGED, **data):
    record(ticket, kind, at=timezone.now(), **data)


def test_what_happens_to_a_ticket_is_told_in_its_order(
    subscribe, receiver, make_ticket, fan_out
):
    subscription = subscribe(receiver)
    make_ticket()

    fan_out()

    told = SubscriptionDelivery.objects.order_by("sequence")
    assert names(subscription)[:3] == [
        "ticket.opened",
        "ticket.classified",
        "ticket.routed",
    ]
    assert [one.sequence for one in told] == list(range(1, len(told) + 1))


def test_nothing_from_before_the_subscription_is_told(
    ticket, subscribe, receiver, fan_out
):
    subscription = subscribe(receiver)

    fan_out()

    assert names(subscription) == []


def test_only_the_events_that_were_asked_for(subscribe, receiver, make_ticket, fan_out):
    subscription = subscribe(receiver, events=["ticket.opened"])
    make_ticket()

    fan_out()

    assert names(subscription) == ["ticket.opened"]


def test_an_owner_hears_of_the_tickets_they_see(
    subscribe, receiver, ada, cas, ticket, power_queue, make_ticket, fan_out
):
    adas, cass = subscribe(receiver, ada), subscribe(receiver, cas)
    elsewhere = make_ticket()
    fetch(
        "UPDATE webcare_ticket SET queue_id = %s WHERE id = %s",
        [power_queue.pk, elsewhere.pk],
    )
    tag(ticket)

    fan_out()

    assert names(adas) == ["ticket.tagged"]
    assert names(cass) == []


def test_an_owner_who_left_hears_nothing(subscribe, receiver, ada, ticket, fan_out):
    subscription = subscribe(receiver, ada)
    ada.is_active = False
    ada.save()
    tag(ticket)

    fan_out()

    assert names(subscription) == []


def test_a_subscription_may_be_limited_to_queues(
    subscribe, receiver, shop_queue, power_queue, ticket, fan_out
):
    here = subscribe(receiver, queues=[shop_queue])
    there = subscribe(receiver, queues=[power_queue])
    tag(ticket)

    fan_out()

    assert (names(here), names(there)) == (["ticket.tagged"], [])


def test_what_a_rule_sends_to_one_subscription_reaches_that_one_alone(
    subscribe, receiver, ticket, fan_out
):
    meant = subscribe(receiver, events=["ticket.opened"])
    other = subscribe(receiver)
    tag(ticket, Kind.RULE_RAN, rule=1, webhook=str(meant.public_id))

    fan_out()

    assert (names(meant), names(other)) == (["ticket.rule_ran"], [])


def test_numbers_go_on_without_a_gap_from_batch_to_batch(
    subscribe, receiver, ticket, fan_out
):
    subscribe(receiver)
    for _ in range(3):
        tag(ticket)
        tag(ticket)
        fan_out()
        SubscriptionDelivery.objects.filter(sequence__lte=2).delete()

    found = SubscriptionDelivery.objects.order_by("event_id")
    assert [one.sequence for one in found] == [3, 4, 5, 6]


def test_what_is_committed_late_is_not_lost(subscribe, receiver, ticket, fan_out):
    """One that began first commits last: the other waits for it."""
    subscription = subscribe(receiver)
    written, go_on = Flag(), Flag()

    def slow():
        with transaction.atomic():
            tag(ticket, Kind.LINKED)
            written.set()
            go_on.wait(10)
        connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    written.wait(10)
    tag(ticket, Kind.TAGGED)
    fanning.fan_out()
    early = names(subscription)
    go_on.set()
    thread.join()
    fan_out()

    assert early == []
    assert names(subscription) == ["ticket.linked", "ticket.tagged"]


def test_two_that_fan_out_at_once_tell_everything_once(
    subscribe, receiver, ticket, fan_out
):
    subscription = subscribe(receiver)
    record_many([Line(ticket.pk, Kind.TAGGED, timezone.now(), {})] * 700, cause="test")
    fan_out_again = fanning.fan_out

    def run():
        fan_out_again()
        connections.close_all()

    others = [Thread(target=run) for _ in range(4)]
    for thread in others:
        thread.start()
    fan_out()
    for thread in others:
        thread.join()
    fan_out()

    found = SubscriptionDelivery.objects.filter(subscription=subscription)
    assert sorted(found.values_list("sequence", flat=True)) == list(range(1, 701))


def test_a_worker_that_dies_in_the_middle_has_told_nothing_yet(
    subscribe, receiver, ticket, fan_out
):
    subscription = subscribe(receiver)
    tag(ticket)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fan_out()
        raise ZeroDivisionError

    fan_out()

    assert names(subscription) == ["ticket.tagged"]


@pytest.fixture
def cost(make_ticket, rest):
    """How many statements a batch of so many events takes."""
    tickets = [make_ticket() for _ in range(5)]

    def measure(events):
        lines = [
            Line(tickets[number % 5].pk, Kind.TAGGED, timezone.now(), {})
            for number in range(events)
        ]
        record_many(lines, cause="test")
        rest()
        with CaptureQueriesContext(connection) as queries:
            assert fanning._batch() == events
        return len(queries)

    return measure


def test_a_batch_costs_the_same_for_one_event_and_for_five_hundred(
    subscribe, receiver, ada, bo, root, cost, make_ticket, fan_out
):
    for owner in (ada, bo, root):
        subscribe(receiver, owner)
    tag(make_ticket())  # from here on all of them stand at the same place
    fan_out()
    SubscriptionDelivery.objects.all().delete()

    assert cost(1) == cost(500) <= 14
    assert SubscriptionDelivery.objects.count() == 3 * 501


def test_it_is_due_only_when_somebody_has_something_before_them(
    subscribe, receiver, root, ticket, fan_out, rest
):
    subscription = subscribe(receiver)
    before = list(fan_out_due())
    tag(ticket)
    rest()
    then = list(fan_out_due())
    change_subscription(user=root, subscription=subscription, is_active=False)
    off = list(fan_out_due())

    assert (before, then, off) == ([], [()], [])
    assert Subscription.objects.get().disabled_because == "by_hand"


def test_switched_on_again_it_goes_on_where_it_stopped(
    subscribe, receiver, root, ticket, fan_out
):
    subscription = subscribe(receiver)
    change_subscription(user=root, subscription=subscription, is_active=False)
    tag(ticket)
    fan_out()
    change_subscription(user=root, subscription=subscription, is_active=True)

    fan_out()

    assert names(subscription) == ["ticket.tagged"]
