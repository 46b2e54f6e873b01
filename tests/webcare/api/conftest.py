"""What tests of the API share."""

import time
from random import Random

import pytest
from django.db import transaction
from django.db.models import F

from conversations.models.bulk import fetch
from tests.webcare.api.counted_desk import (
    NOW,
    add_clocks,
    add_ending,
    add_message,
    add_ticket,
    add_turn,
)
from webcare.models import Ticket, Turn


@pytest.fixture
def counted_desk(shop, forum, shop_queue, power_queue, delivery_topic, ada, bo):
    """Tickets of one turn each, of every kind, that were worked on elsewhere since."""
    chance, said = Random(4), Random(5)
    for number in range(30):
        channel = chance.choice([shop, forum])
        ticket = add_ticket(number, channel, chance.choice([shop_queue, power_queue]))
        turn = add_turn(
            chance, ticket, number, delivery_topic, chance.choice([ada, bo])
        )
        add_clocks(chance, ticket, turn)
        add_message(said, ticket, number)
        if number % 3 == 0:
            add_message(said, ticket, number, "out")
        if chance.random() < 0.6:
            add_ending(chance, ticket, turn)
    with transaction.atomic():  # all was known when it happened
        fetch("SET LOCAL session_replication_role = replica", [])
        Turn.objects.update(end_known_at=F("ended_at"), known_from=F("started_at"))
        fetch("SET LOCAL session_replication_role = origin", [])
    ended = Turn.objects.exclude(outcome="waiting").values("ticket")
    moved = Ticket.objects.filter(pk__in=ended)
    moved.update(queue=shop_queue, priority="low", changed_at=NOW)
    time.sleep(0.05)
