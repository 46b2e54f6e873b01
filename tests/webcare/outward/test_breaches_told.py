"""A promise that is broken is told to whoever subscribed to it, signed."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations.adapters.signatures import verify
from conversations.exceptions import SignatureRejected
from webcare.actions import breaches
from webcare.actions.telling import tell_due
from webcare.models import Clock

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_breach_reaches_its_subscriber_with_the_instant_it_was_one(
    subscribe, receiver, make_ticket, fan_out
):
    subscription = subscribe(receiver, events=["ticket.breached"])
    asked = timezone.now() - timedelta(hours=2, seconds=10)
    ticket = make_ticket(posted_at=asked.isoformat())
    breaches.tell_due()
    fan_out()

    tell_due(subscription.pk)

    [(headers, body)] = receiver.calls
    now, secrets = timezone.now(), subscription.secrets
    assert verify(headers=headers, body=body, secrets=secrets, now=now)
    changed = body.replace(b"first_response", b"next_response")
    with pytest.raises(SignatureRejected):
        verify(headers=headers, body=changed, secrets=secrets, now=now)
    [told] = receiver.told
    clock = Clock.objects.get(promise="first_response")
    assert told["type"] == "ticket.breached"
    assert datetime.fromisoformat(told["timestamp"]) == clock.breached_at
    assert told["data"]["ticket"] == str(ticket.public_id)
    assert told["data"]["data"]["promise"] == "first_response"
    due = datetime.fromisoformat(told["data"]["data"]["due"])
    assert due == clock.due_at < clock.breached_at
