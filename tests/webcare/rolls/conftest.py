"""Turns to add up."""

from random import Random

import pytest

from tests.webcare.rolls.turns import ticket_of, turn_of
from webcare.models import Turn


@pytest.fixture
def make_turns(shop, forum, shop_queue, power_queue, delivery_topic, ada, bo):
    """Make so many turns, from a seed; some wait, each on a ticket of its own."""

    def make(seed, count):
        chance = Random(seed)
        tickets = [
            ticket_of(f"{seed}-{n}", shop, queue)
            for n, queue in enumerate([shop_queue, power_queue] * 3)
        ]
        turns = [
            turn_of(
                chance, n, tickets, (shop, forum), (delivery_topic, None), (ada, bo)
            )
            for n in range(1, count + 1)
        ]
        return Turn.objects.bulk_create(turns)

    return make
