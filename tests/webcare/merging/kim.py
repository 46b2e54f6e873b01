"""Kim, who asks in several threads, and what there is to see of her tickets."""

from uuid import uuid4

from django.utils import timezone

from conversations.actions import settling
from conversations.models import Delivery
from webcare.models import (
    Ticket,
    TicketMessage,
    Turn,
)

KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}


def arrive(wrote, pump):
    Delivery.objects.filter(pk=wrote.delivery_id).update(
        state="sending", fence=1, claimed_at=timezone.now()
    )
    sent = Delivery.objects.select_related("channel").get(pk=wrote.delivery_id)
    settling.sent(sent, external_id=uuid4().hex)
    pump()
    sent.refresh_from_db()
    return sent.settled_at


def fresh(*tickets):
    found = [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]
    return found[0] if len(found) == 1 else found


def said_in(ticket):
    return set(TicketMessage.objects.filter(ticket=ticket).values_list("pk", flat=True))


def figures():
    names = ("ticket", "number", "outcome", "started_at", "ended_at", "answer")
    more = ("calendar_seconds", "answered_by", "queue", "topic", "priority")
    return sorted(Turn.objects.values_list("pk", *names, *more))


def shown(ticket):
    names = ("status", "agent", "queue", "opened_at", "waiting_since", "due_at")
    more = ("last_inbound", "excerpt", "last_message_at", "snoozed_until", "resolution")
    return Ticket.objects.filter(pk=ticket.pk).values(*names, *more).get()
