"""What authors do to their messages after posting them, seen on the ticket."""

import pytest
from django.utils import timezone

from conversations.models import Message
from webcare.actions.replies import send_reply
from webcare.exceptions import SendingRefused
from webcare.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_messages(hear, shop, item, delivery_topic):
    first = item(thread="t-1", text="Where is my parcel?")
    second = item(thread="t-1", author=first["author"], text="You are useless!")
    hear(shop, first, second)
    return first, second


def delete(hear, shop, *messages):
    for message in messages:
        hear(shop, {"external_id": message["external_id"], "deleted": True})


def test_an_edit_changes_what_the_list_shows_and_is_on_the_history(
    hear, shop, two_messages
):
    edited_at = timezone.now().isoformat()
    hear(
        shop,
        two_messages[1] | {"text": "Sorry,\n\nwhere  is it?", "edited_at": edited_at},
    )

    ticket = Ticket.objects.get()
    assert ticket.excerpt == "Sorry, where is it?"
    assert ticket.events.filter(kind="message_edited").count() == 1


def test_a_deletion_brings_back_what_was_said_before(hear, shop, two_messages, ada):
    delete(hear, shop, two_messages[1])

    ticket = Ticket.objects.get()
    assert ticket.excerpt == "Where is my parcel?"
    assert ticket.last_inbound.external_id == two_messages[0]["external_id"]
    assert ticket.events.filter(kind="message_deleted").count() == 1
    assert send_reply(ticket=ticket, user=ada, text="Here!", client_key="1")


def test_where_everything_was_deleted_nothing_is_shown_and_nobody_answered(
    hear, shop, two_messages, ada
):
    delete(hear, shop, *two_messages)

    ticket = Ticket.objects.get()
    assert ticket.excerpt == ""
    assert not Message.objects.exclude(text="").exists()
    with pytest.raises(SendingRefused):
        send_reply(ticket=ticket, user=ada, text="Hello?", client_key="1")
