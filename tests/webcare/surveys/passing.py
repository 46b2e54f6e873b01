"""What platforms take, and time that passes."""

import re
from datetime import timedelta

from django.utils import timezone

from conversations.actions import settling
from conversations.models import Delivery
from webcare.actions.surveys import ask_due
from webcare.models import (
    Survey,
)


def arrive(pk, external_id=None):
    """Let the platform take a text."""
    Delivery.objects.filter(pk=pk).update(
        state="sending", fence=1, claimed_at=timezone.now()
    )
    claimed = Delivery.objects.select_related("channel").get(pk=pk)
    settling.sent(claimed, external_id=external_id or f"out-{pk}")


def pass_by(**time):
    """Let so much time pass for everything that surveys look at."""
    for one in Survey.objects.all():
        for name in ("due_at", "ended_at", "asked_at", "rests_until", "answered_at"):
            if value := getattr(one, name):
                setattr(one, name, value - timedelta(**time))
        one.save()


def due():
    pass_by(minutes=6)
    ask_due()
    return Survey.objects.latest("id")


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def link_in(text):
    return re.search(r"/s/(\S+)", text)[1]
