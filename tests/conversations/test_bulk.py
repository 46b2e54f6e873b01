"""Many rows in one statement arrive as they left."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, transaction
from hypothesis import given
from hypothesis import strategies as st

from conversations.models import Author, InboundEvent, Message, Thread
from conversations.models.bulk import column, fetch, insert

AWKWARD = ['{"a", \\b}', "NULL", "null", "", "'; --", "één 👍\n\t", "\\x41", "%s", "$1"]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_arrive_unchanged(shop, text):
    insert(Author, [{"channel": shop.pk, "external_id": "a", "name": text}])

    assert Author.objects.get().name == text


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]))))
def test_a_column_comes_apart_as_it_was_put_together(texts):
    assert json.loads(column(texts)) == texts


def test_each_kind_of_value_finds_its_column(shop):
    thread = Thread.objects.create(channel=shop, key="t:1", visibility="public")
    at = datetime(2026, 3, 29, 2, 30, 1, 5, timezone(timedelta(hours=2)))
    [[event]] = insert(
        InboundEvent,
        [
            {
                "channel": shop.pk,
                "key": "k",
                "source": "api",
                "body": b"\x00\\\xff",
                "problems": {"index": [1, "a"]},
            }
        ],
        returning="id",
    )

    insert(
        Message,
        [
            {
                "channel": shop.pk,
                "external_id": "m",
                "thread": thread.pk,
                "author": None,
                "direction": "out",
                "visibility": "public",
                "text": "Hello",
                "url": "",
                "in_reply_to": "",
                "language": "nl",
                "addressed": False,
                "posted_at": at,
            }
        ],
    )

    event, message = InboundEvent.objects.get(pk=event), Message.objects.get()
    assert (bytes(event.body), event.problems) == (b"\x00\\\xff", {"index": [1, "a"]})
    assert message.posted_at == at.astimezone(UTC)
    assert (message.author_id, message.addressed, message.history) == (
        None,
        False,
        False,
    )


def test_what_no_column_holds_is_refused(shop):
    with pytest.raises(TypeError):
        insert(Author, [{"channel": shop.pk, "external_id": object()}])


def test_a_text_that_is_too_long_is_refused_and_not_cut(shop):
    with pytest.raises(DataError), transaction.atomic():
        insert(Author, [{"channel": shop.pk, "external_id": "a", "name": "n" * 201}])


def test_no_rows_are_no_statement(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert insert(Author, []) == []


def test_a_busy_statement_is_planned_once_per_connection(db):
    for number in range(8):
        [[answer]] = fetch("SELECT 41 + %s::int", [number], prepared=True)
        assert answer == 41 + number

    planned = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    assert fetch(planned, ["SELECT 41 + $1%"]) == [(1,)]


def test_a_planned_statement_is_counted_like_any_other(django_assert_num_queries, db):
    with django_assert_num_queries(1):
        fetch("SELECT 1", [], prepared=True)
