import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from conversations.adapters.signatures import new_secret
from conversations.models import Channel, InboundEvent, Work


def kept() -> list[bytes]:
    return [bytes(event.body) for event in InboundEvent.objects.order_by("id")]


def test_a_signed_call_is_kept_byte_for_byte_and_answered_202(call, shop, item):
    body = json.dumps(item(text="Waar blijft mijn pakje? 📦")).encode()

    answer = call(shop, body)

    assert answer.status_code == 202
    assert kept() == [body]
    assert Work.objects.get().stage == "read"


def test_the_same_call_again_is_kept_once(call, shop):
    first = call(shop, b"{}", event_id="msg_1")
    again = call(shop, b"{}", event_id="msg_1")

    assert (first.status_code, again.status_code) == (202, 202)
    assert kept() == [b"{}"]


def test_the_same_call_on_two_channels_is_two_calls(call, shop, forum):
    call(shop, b"{}", event_id="msg_1")
    call(forum, b"{}", event_id="msg_1")

    assert len(kept()) == 2


def test_both_secrets_hold_while_one_replaces_the_other(call, shop):
    old, new = shop.secret, new_secret()
    shop.secret, shop.previous_secret = new, old
    shop.save()

    assert call(shop, b"{}", secrets=[old]).status_code == 202
    assert call(shop, b"{}", secrets=[new]).status_code == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"secrets": [new_secret()]},
        {"at": timezone.now() - timedelta(days=1)},
        {"at": timezone.now() + timedelta(days=1)},
    ],
    ids=["another secret", "a stamp of yesterday", "a stamp of tomorrow"],
)
def test_an_unproved_call_leaves_nothing(call, shop, wrong):
    answer = call(shop, b"{}", **wrong)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert kept() == []


@pytest.mark.parametrize(
    ("seconds", "status"), [(-290, 202), (-310, 401), (50, 202), (70, 401)]
)
def test_a_stamp_counts_for_five_minutes_back_and_one_ahead(
    call, shop, seconds, status
):
    answer = call(shop, b"{}", at=timezone.now() + timedelta(seconds=seconds))

    assert answer.status_code == status


def test_unknown_channels_and_missing_secrets_look_like_a_bad_signature(call, shop, db):
    mute = Channel.objects.create(slug="mute", name="No secret yet")
    unknown = Channel(slug="unknown", name="Not there")
    secret = new_secret()

    answers = [
        call(channel, b"{}", secrets=[secret]) for channel in (shop, mute, unknown)
    ]

    assert {(one.status_code, one.content) for one in answers} == {
        (401, answers[0].content)
    }


def test_unsigned_calls_are_refused(client, shop):
    answer = client.post("/hooks/x-shop", b"{}", content_type="application/json")

    assert answer.status_code == 401
    assert kept() == []


def test_get_is_not_for_this_platform(client, shop):
    answer = client.get("/hooks/x-shop")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_only_json_is_read(client, shop):
    answer = client.post("/hooks/x-shop", "a=b", content_type="text/plain")

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


def test_nothing_is_decompressed(call, shop):
    answer = call(shop, b"{}", **{"content-encoding": "gzip"})

    assert answer.status_code == 415


def test_a_body_that_announces_too_much_is_not_read(client, shop):
    answer = client.post(
        "/hooks/x-shop",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH="10000001",
    )

    assert answer.status_code == 413


class Flood(BytesIO):
    """A chunked body of 50 MB, that counts what was taken from it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size and size > 0
        self.taken += size
        return b"x" * size if self.taken < 50_000_000 else b""


def test_a_chunked_body_is_cut_off_at_the_cap(client, shop):
    body = Flood()

    answer = client.generic(
        "POST",
        "/hooks/x-shop",
        CONTENT_TYPE="application/json",
        **{"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"},
    )

    assert answer.status_code == 413
    assert body.taken < 10_200_000


def test_a_chunked_body_is_read_whole(call, shop, item):
    body = json.dumps(item()).encode()

    answer = call(shop, body, chunked=BytesIO(body), **{"transfer-encoding": "chunked"})

    assert answer.status_code == 202
    assert kept() == [body]


HOSTILE = {
    "no JSON": b"{",
    "no UTF-8": b'{"text": "\xff\xfe"}',
    "a NUL": b'{"text": "a\x00b"}',
    "an escaped NUL": b'{"text": "a\\u0000b"}',
    "a lone surrogate": b'{"text": "\\ud800"}',
    "a hundred thousand levels": b"[" * 100_000 + b"]" * 100_000,
    "two thousand levels": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "NaN": b'{"a": NaN}',
    "five thousand digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "a name twice": b'{"text": "a", "text": "b"}',
    "ten megabytes": b'"' + b"x" * 9_999_998 + b'"',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_signed_is_kept_whatever_it_says(call, shop, body):
    answer = call(shop, body)

    assert answer.status_code == 202
    assert kept() == [body]


def test_a_call_costs_two_statements(call, shop, django_assert_num_queries):
    with django_assert_num_queries(2):
        call(shop, b"{}")
