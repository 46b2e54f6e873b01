"""Tickets of one author, more of what she writes, and answers that arrive."""

from uuid import uuid4

import pytest
from django.utils import timezone

from tests.webcare.merging.kim import KIM, arrive
from webcare.actions import replies


@pytest.fixture
def ask(make_ticket):
    """A ticket of kim's in a thread of its own."""

    def make(thread=None, **fields):
        given = {"author": KIM, "thread": thread or uuid4().hex} | fields
        return make_ticket(posted_at=timezone.now().isoformat(), **given)

    return make


@pytest.fixture
def write_again(hear, item, shop):
    """Kim writes once more in the thread of a ticket."""

    def write(ticket, **fields):
        thread = ticket.thread.key.removeprefix("t:")
        now = timezone.now().isoformat()
        given = {"author": KIM, "thread": thread, "posted_at": now} | fields
        [message] = hear(shop, item(**given))
        return message

    return write


@pytest.fixture
def reply(pump):
    """Answer a ticket, and let the platform take it."""

    def write(ticket, user):
        wrote = replies.send_reply(
            ticket=ticket, user=user, text="Yes.", client_key=uuid4().hex
        )
        return arrive(wrote, pump)

    return write
