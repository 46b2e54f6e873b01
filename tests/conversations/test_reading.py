"""Events become the same messages in whatever order, company and number they come."""

import itertools
import json
import random

import pytest
from django.utils import timezone

from conversations.actions import reading
from conversations.actions.batches import drain
from conversations.actions.ingestion import keep_call, keep_items, take_messages
from conversations.adapters import generic
from conversations.models import (
    InboundEvent,
    Message,
    MessageVersion,
    Thread,
    Tombstone,
    Work,
)

pytestmark = pytest.mark.django_db

AUTHOR = {"external_id": "a-1", "handle": "kim", "name": "Kim"}
FIRST = {
    "external_id": "m-1",
    "text": "Where is it?",
    "posted_at": "2026-03-01T10:00:00Z",
    "author": AUTHOR,
    "attachments": [{"url": "https://example.org/a.png"}],
}
EDIT = FIRST | {"text": "Where is my parcel?", "edited_at": "2026-03-01T10:05:00Z"}
EDIT2 = FIRST | {"text": "Found it!", "edited_at": "2026-03-01T10:09:00Z"}
DELETION = {"external_id": "m-1", "deleted": True}


@pytest.fixture
def read(shop):
    def keep_and_read(*items, apart=False):
        for batch in [[one] for one in items] if apart else [items]:
            taken = generic.read(json.dumps(batch).encode(), now=timezone.now())
            assert not taken.rejected
            # Each fact by its own key, as if every one were new to intake.
            for one in taken.items:
                keep_items(channel=shop, items=[one])
            if apart:
                list(drain(reading.STAGE))
        list(drain(reading.STAGE))

    return keep_and_read


def state():
    return [
        (m.text, m.edited_at, bool(m.deleted_at), m.attachments.count())
        for m in Message.objects.all()
    ], sorted(MessageVersion.objects.values_list("text", "written_at"))


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, EDIT, EDIT2])))
def test_edits_converge_in_any_order(read, order, apart):
    read(*order, apart=apart)

    [(text, _, deleted, files)], versions = state()
    assert (text, deleted, files) == ("Found it!", False, 1)
    assert [text for text, _ in versions] == ["Where is it?", "Where is my parcel?"]


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, EDIT, DELETION])))
def test_a_deletion_leaves_a_stub_without_content_in_any_order(read, order, apart):
    read(*order, apart=apart)

    assert [(m.text, bool(m.deleted_at)) for m in Message.objects.all()] == [("", True)]
    assert not MessageVersion.objects.exists()
    assert Message.objects.get().attachments.count() == 0


def test_twelve_facts_end_the_same_in_many_orders(read, shop):
    facts = [
        fields | {"external_id": f"m-{n}", "author": AUTHOR | {"external_id": f"a-{n}"}}
        for n in range(3)
        for fields in (FIRST, EDIT, EDIT2)
    ] + [DELETION | {"external_id": f"m-{n}"} for n in (0, 1)]
    ends = set()
    for seed in range(20):
        empty(MessageVersion, Message, Tombstone, InboundEvent, Work)
        random.Random(seed).shuffle(facts)
        read(*facts, apart=bool(seed % 2))
        texts = Message.objects.order_by("external_id").values_list("text", flat=True)
        versions = MessageVersion.objects.order_by("text").values_list(
            "text", flat=True
        )
        ends.add((tuple(texts), tuple(versions)))

    assert len(ends) == 1


def empty(*models):
    for model in models:
        model.objects.all().delete()


def test_the_same_message_again_is_no_news(read):
    read(FIRST)
    Work.objects.all().delete()
    InboundEvent.objects.all().delete()

    read(FIRST)

    assert Message.objects.count() == 1
    assert not Work.objects.exists()


def test_the_same_id_on_two_channels_is_two_messages(shop, forum):
    body = json.dumps(FIRST).encode()
    for channel in (shop, forum):
        take_messages(channel=channel, body=body, now=timezone.now())
    list(drain(reading.STAGE))

    assert Message.objects.count() == 2


def test_a_reply_joins_the_thread_it_answers(read):
    reply = FIRST | {"external_id": "m-2", "in_reply_to": "m-1"}
    deeper = FIRST | {"external_id": "m-3", "in_reply_to": "m-2"}
    read(FIRST)
    read(reply, deeper)

    assert Thread.objects.count() == 1


def test_a_reply_that_comes_before_what_it_answers_is_in_the_same_thread(read):
    reply = FIRST | {"external_id": "m-2", "in_reply_to": "m-1"}
    read(reply)
    read(FIRST)

    assert Thread.objects.count() == 1


def test_replies_that_answer_each_other_in_a_ring_are_read_all_the_same(read):
    read(
        FIRST | {"external_id": "m-1", "in_reply_to": "m-2"},
        FIRST | {"external_id": "m-2", "in_reply_to": "m-1"},
    )

    assert Message.objects.count() == 2


def test_private_messages_share_the_authors_one_private_thread(read):
    private = FIRST | {"visibility": "private"}
    read(private, private | {"external_id": "m-2"})
    read(FIRST | {"external_id": "m-3"})

    assert sorted(Thread.objects.values_list("visibility", flat=True)) == [
        "private",
        "public",
    ]


def test_an_unreadable_signed_call_is_kept_and_set_aside(shop):
    keep_call(channel=shop, key="call-1", body=b"\xff not json")
    list(drain(reading.STAGE))

    assert bytes(InboundEvent.objects.get().body) == b"\xff not json"
    work = Work.objects.get()
    assert work.set_aside_at
    assert work.error == "not_utf8"


def test_a_bad_item_of_a_call_is_noted_and_its_neighbours_go_on(shop):
    body = json.dumps([FIRST, {"text": "no id"}, FIRST | {"external_id": "m-3"}])
    keep_call(channel=shop, key="call-1", body=body.encode())
    list(drain(reading.STAGE))

    assert Message.objects.count() == 2
    [problem] = InboundEvent.objects.get().problems
    assert problem["index"] == 1
    assert "external_id" in problem["errors"]


def test_what_was_sent_stays_beside_what_is_shown(shop):
    body = json.dumps(FIRST | {"text": "a\u202eb\x00"}).encode()
    take_messages(channel=shop, body=body, now=timezone.now())
    list(drain(reading.STAGE))

    assert bytes(InboundEvent.objects.get().body) == body
    assert Message.objects.get().text == "ab"
