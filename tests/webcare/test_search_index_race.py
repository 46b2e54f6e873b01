"""What is said while the index is being written is found as well."""

import threading

import pytest
from django.db import connection, transaction

from conversations.actions.batches import drain
from webcare.actions import search
from webcare.actions.notes import add_note
from webcare.models import SearchEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_note_that_commits_after_the_index_was_read_is_found(make_ticket, ada):
    ticket = make_ticket()
    add_note(ticket=ticket, user=ada, text="The first one")  # its work waits

    said, indexed = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            add_note(ticket=ticket, user=ada, text="The second one")
            said.set()
            indexed.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    said.wait(10)
    sum(drain(search.STAGE))
    indexed.set()
    writer.join()
    sum(drain(search.STAGE))

    assert SearchEntry.objects.filter(ticket=ticket, kind="note").count() == 2
