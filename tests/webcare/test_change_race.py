"""What changes while the desk is told of an earlier change is told as well."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from conversations.actions import changes
from conversations.actions.batches import drain
from conversations.models import Message, Work
from webcare.actions.changes import STAGE
from webcare.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def edited(message, text):
    Message.objects.filter(pk=message.pk).update(text=text, edited_at=timezone.now())
    changes.batches.enqueue(changes.CHANGED, [message.pk])


def test_a_deletion_that_commits_after_an_edit_was_read_leaves_no_text(
    hear, shop, item, delivery_topic
):
    [message] = hear(shop, item(text="Where is my parcel?"))
    edited(message, "Where is my parcel, Kim Vos, 0612345678?")  # its work waits
    gone, told = threading.Event(), threading.Event()

    def delete():
        with transaction.atomic():
            changes.bury([(shop.pk, message.external_id)])
            gone.set()
            told.wait(10)
        connection.close()

    deleting = threading.Thread(target=delete)
    deleting.start()
    gone.wait(10)
    sum(drain(STAGE))
    told.set()
    deleting.join()
    sum(drain(STAGE))

    ticket = Ticket.objects.get()
    assert ticket.excerpt == ""
    assert ticket.events.filter(kind="message_deleted").count() == 1
    assert not Work.objects.filter(stage=STAGE.name).exists()
