"""One message, all the way: heard, ticketed, routed, answered once, measured."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.actions import delivery
from conversations.adapters.signatures import sign
from demo.platform import Platform
from webcare.actions.replies import send_reply
from webcare.actions.tickets import claim_ticket
from webcare.domain.lifecycle import Status
from webcare.models import Ticket, TicketEvent, Turn

pytestmark = pytest.mark.django_db
Kind = TicketEvent.Kind


@pytest.fixture
def platform(tmp_path, shop):
    with Platform(tmp_path / "ledger.db", [shop.secret]) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.save()
        yield far


def call(client, channel, body):
    raw = json.dumps(body).encode()
    signed = sign(
        secrets=channel.secrets, event_id=f"e-{uuid4()}", now=timezone.now(), body=raw
    )
    return client.post(
        f"/hooks/{channel.slug}", raw, content_type="application/json", headers=signed
    )


def test_from_a_signed_call_to_a_known_response_time(
    client, platform, shop, item, delivery_topic, ada, pump
):
    question = item(text="Is my parcel coming today?", thread="t-1")
    assert call(client, shop, question).status_code == 202
    assert call(client, shop, question).status_code == 202
    pump()

    ticket = Ticket.objects.get()
    assert (ticket.topic, ticket.queue) == (delivery_topic, delivery_topic.queue)
    claim_ticket(ticket=ticket, user=ada)
    send_reply(
        ticket=ticket,
        user=ada,
        text="From ten, yes. ^AB",
        client_key=str(uuid4()),
        then=Status.RESOLVED,
    )
    delivery.send_due(shop.pk)
    pump()

    [post] = platform.posts()
    ticket.refresh_from_db()
    turn = Turn.objects.get()
    assert post.text == "From ten, yes. ^AB"
    assert ticket.status == Status.RESOLVED
    assert ticket.first_response_seconds == turn.calendar_seconds
    assert turn.answered_by == ada
    assert [event.kind for event in ticket.events.order_by("id")] == [
        Kind.OPENED,
        Kind.CLASSIFIED,
        Kind.ROUTED,
        Kind.ASSIGNED,
        Kind.REPLY_WRITTEN,
        Kind.RESOLVED,
        Kind.REPLY_SENT,
    ]
