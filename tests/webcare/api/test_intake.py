import json

import pytest
from django.test import Client

from conversations.models import InboundEvent
from webcare.domain.tokens import Scope

PATH = "/api/v1/channels/x-shop/messages"


@pytest.fixture
def send(as_client, integrator, shop):
    client = as_client(integrator)

    def post(body, path=PATH):
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post(path, given, content_type="application/json")

    return post


def test_one_message_is_accepted_and_waits_to_be_read(send, item, pump):
    answer = send(item(external_id="m-1"))

    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": []}
    assert InboundEvent.objects.get().key == "c:m-1"


def test_the_same_message_again_is_a_duplicate(send, item):
    message = item()
    send(message)

    answer = send([message, item(), message])

    assert answer.json() == {"accepted": 1, "duplicate": 2, "rejected": []}


def test_good_messages_are_kept_when_others_are_bad(send, item):
    answer = send([item(), {"external_id": "m-bad"}, item()])

    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"] == [
        {
            "index": 1,
            "errors": {
                "author": ["Send an object."],
                "posted_at": ["This is required."],
                "text": ["This is required."],
            },
        }
    ]


def test_a_single_bad_message_is_refused(send, item):
    answer = send(item(posted_at="yesterday"))

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == ["posted_at"]
    assert not InboundEvent.objects.exists()


def test_a_thousand_messages_are_taken_and_one_more_is_not(send, item):
    thousand = [item() for _ in range(1_000)]

    assert send([*thousand, item()]).json()["code"] == "too_many"
    assert send(thousand).json()["accepted"] == 1_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 415),
        (b'{"text": "\xff"}', 422),
        (b"[" * 100_000, 422),
        (b"[" * 100_000 + b"]" * 100_000, 202),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, 422),
        (b'{"a": NaN}', 422),
        (b'{"a": ' + b"9" * 5_000 + b"}", 422),
        (b'{"external_id": "\\ud800"}', 422),
        (b'"' + b"x" * 10_000_000 + b'"', 413),
        (b"[]", 202),
        (b"null", 422),
    ],
)
def test_hostile_bodies_are_refused_without_harm(send, body, status):
    answer = send(body)

    assert answer.status_code == status
    assert not InboundEvent.objects.exists()


def test_text_with_a_nul_is_kept_as_sent(send, item):
    message = item(text="a\x00b 👩‍👩‍👧 \u202eabc")

    assert send(message).json()["accepted"] == 1
    assert json.loads(bytes(InboundEvent.objects.get().body)) == message


def test_other_types_are_not_read(as_client, integrator, shop):
    answer = as_client(integrator).post(PATH, "a=b", content_type="text/plain")

    assert answer.status_code == 415


def test_without_a_valid_token_nothing_is_told(client, shop, item):
    unknown = Client(headers={"authorization": "Bearer wc_unknown"})
    lying = Client(headers={"authorization": f"Bearer {'x' * 10_000}"})

    answers = [
        one.post(PATH, item(), "application/json") for one in (client, unknown, lying)
    ]

    assert {one.status_code for one in answers} == {401}
    assert all("Bearer" in one.headers["WWW-Authenticate"] for one in answers)


def test_a_session_is_not_a_token(client, root, shop, item):
    client.force_login(root)

    assert client.post(PATH, item(), "application/json").status_code == 401


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE, Scope.ADMIN])
def test_the_token_has_to_be_for_intake(as_client, integrator, shop, item, scope):
    answer = as_client(integrator, scope).post(PATH, item(), "application/json")

    assert answer.status_code == 403


def test_the_owner_has_to_be_allowed_to_feed(as_client, ada, shop, item):
    answer = as_client(ada).post(PATH, item(), "application/json")

    assert answer.status_code == 403


def test_an_unknown_channel_is_not_found(send, item):
    answer = send(item(), path="/api/v1/channels/nowhere/messages")

    assert answer.status_code == 404


def test_get_is_not_allowed(as_client, integrator, shop):
    assert as_client(integrator).get(PATH).status_code == 405


def test_a_call_costs_two_statements(send, item, django_assert_num_queries):
    send(item())  # notes the token's first use

    with django_assert_num_queries(2):
        send(item())
    with django_assert_num_queries(2):
        send([item() for _ in range(100)])


def test_a_listening_channel_takes_messages_too(send, forum, item):
    assert send(item(), path="/api/v1/channels/forum/messages").status_code == 202
