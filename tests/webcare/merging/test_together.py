"""Merges at the same time, by threads with connections of their own."""

import threading

import pytest
from django.db import connection

from tests.webcare.merging.kim import fresh, said_in
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.exceptions import InvalidMove, TicketChanged
from webcare.models import (
    Ticket,
    TicketMessage,
)

pytestmark = pytest.mark.django_db


def together(*acts):
    """Do all at once, on connections of their own; returns what was refused."""
    refused, barrier = [], threading.Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            act()
        except (TicketChanged, InvalidMove) as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def merging(source, target, user):
    return lambda: merge_ticket(source=source, target=target, user=user)


@pytest.mark.django_db(transaction=True)
def test_merges_in_opposite_directions_end_in_one_merged_ticket(ask, ada):
    one, two = ask(), ask()
    for _ in range(30):
        one, two = fresh(one, two)
        refused = together(merging(one, two, ada), merging(two, one, ada))

        merged = Ticket.objects.exclude(merged_into=None)
        assert len(refused) == 1
        assert merged.count() == 1
        assert Ticket.objects.live().count() == 1
        unmerge_ticket(source=merged.get(), user=ada)


@pytest.mark.django_db(transaction=True)
def test_merges_in_a_ring_at_once_leave_one_live_ticket_at_the_end(ask, ada):
    ring = [ask() for _ in range(4)]
    everything = set(TicketMessage.objects.values_list("pk", flat=True))
    for _ in range(15):
        ring = fresh(*ring)
        together(
            *[
                merging(source, target, ada)
                for source, target in zip(ring, [*ring[1:], ring[0]], strict=True)
            ]
        )

        live = set(Ticket.objects.live())
        merged = Ticket.objects.exclude(merged_into=None).select_related("merged_into")
        assert live
        assert {ticket.merged_into for ticket in merged} <= live
        assert set().union(*(said_in(ticket) for ticket in live)) == everything
        while found := Ticket.objects.exclude(merged_into=None).first():
            unmerge_ticket(source=found, user=ada)


@pytest.mark.django_db(transaction=True)
def test_messages_that_arrive_during_a_merge_are_in_the_target(
    ask, ada, item, shop, write_again
):
    old, new = ask(), ask()
    for _ in range(10):
        old, new = fresh(old, new)
        together(merging(new, old, ada), lambda new=new: write_again(new))

        assert Ticket.objects.count() == 2
        assert said_in(new) == set()
        unmerge_ticket(source=fresh(new), user=ada)
