import contextlib
import json
import socket
from datetime import UTC, datetime

import pytest

from conversations.adapters import generic
from conversations.adapters.base import CheckResult, Outgoing, Visibility
from conversations.adapters.registry import ADAPTERS
from conversations.adapters.signatures import new_secret, verify
from conversations.exceptions import (
    ChannelUnusable,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUncertain,
    SignatureRejected,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = [new_secret()]
REPLY = Outgoing(
    delivery_id="d-1",
    text="Om tien uur, ja. 👍",
    visibility=Visibility.PUBLIC,
    thread="t",
)


def send(url, secrets=SECRETS):
    return generic.send(
        REPLY,
        callback_url=url,
        secrets=secrets,
        now=NOW,
        allowed_hosts=["127.0.0.1"],
    )


def look_up(url, delivery_id="d-1", secrets=SECRETS):
    return generic.look_up(
        delivery_id,
        callback_url=url,
        secrets=secrets,
        now=NOW,
        allowed_hosts=["127.0.0.1"],
    )


def said(status, body=b"", headers=b""):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (
        status,
        len(body),
        headers,
        body,
    )


def split(request):
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    headers["webhook-signature"] = next(
        line.partition(": ")[2] for line in lines if "signature" in line.lower()
    )
    return first, headers, body


def test_a_reply_is_posted_signed_and_its_id_comes_back(answering):
    seen = []

    external_id = send(answering(said(201, b'{"external_id": "p-9"}'), seen))

    first, headers, body = split(seen[0])
    assert external_id == "p-9"
    assert first == "POST /callback HTTP/1.1"
    assert json.loads(body) == {
        "delivery_id": "d-1",
        "thread": "t",
        "in_reply_to": None,
        "text": "Om tien uur, ja. 👍",
        "visibility": "public",
    }
    assert headers["content-type"] == "application/json"
    assert verify(headers=headers, body=body, secrets=SECRETS, now=NOW) == "d-1"


def test_a_look_up_is_signed_and_finds_the_post(answering):
    seen = []
    url = answering(said(200, b'{"external_id": "p-9"}'), seen)

    assert look_up(url + "/?key=1", "d/1") == "p-9"

    first, headers, body = split(seen[0])
    assert first == "GET /callback/d%2F1?key=1 HTTP/1.1"
    assert verify(headers=headers, body=body, secrets=SECRETS, now=NOW) == "d/1"


def test_what_is_not_there_is_none(answering):
    assert look_up(answering(said(404))) is None


@pytest.mark.parametrize("status", [408, 425, 429])
def test_later_means_later(answering, status):
    with pytest.raises(DeliveryDeferred) as error:
        send(answering(said(status, b"", b"Retry-After: 17\r\n")))

    assert error.value.retry_after == 17


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (b"", None),
        (b"Retry-After: soon\r\n", None),
        (b"Retry-After: -5\r\n", None),
        (b"Retry-After: 1e9\r\n", None),
        (b"Retry-After: 0\r\n", 0),
        (b"Retry-After: Sun, 01 Mar 2026 12:00:30 GMT\r\n", 30),
        (b"Retry-After: Sun, 01 Mar 2026 11:00:00 GMT\r\n", 0),
        (
            b"Date: Sun, 01 Mar 2026 13:00:00 GMT\r\n"
            b"Retry-After: Sun, 01 Mar 2026 13:02:00 GMT\r\n",
            120,
        ),
        (b"Retry-After: Sun, 99 Mar 2026 13:02:00 GMT\r\n", None),
    ],
)
def test_how_long_to_stay_away_is_told_in_seconds_or_by_date(
    answering, headers, seconds
):
    with pytest.raises(DeliveryDeferred) as error:
        send(answering(said(429, b"", headers)))

    assert error.value.retry_after == seconds


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 451, 301, 307])
def test_a_refusal_is_final_and_gives_the_reason(answering, status):
    reason = json.dumps({"detail": "Not \u202ehere,\nsorry. " + "x" * 500}).encode()

    with pytest.raises(DeliveryRefused) as error:
        send(answering(said(status, reason)))

    words = str(error.value)
    assert words.startswith(f"The platform answered {status}: Not here, sorry. xxx")
    assert len(words) < 300


@pytest.mark.parametrize("status", [401, 410])
def test_dead_credentials_stop_the_channel(answering, status):
    with pytest.raises(ChannelUnusable):
        send(answering(said(status)))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 999])
def test_a_server_error_leaves_the_outcome_unknown(answering, status):
    with pytest.raises(DeliveryUncertain) as error:
        send(answering(said(status, b"<html>", b"Retry-After: 5\r\n")))

    assert error.value.retry_after == 5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        said(200),
        said(204),
        said(200, b"ok"),
        said(200, b"\xff\xfe{"),
        said(200, b"[]"),
        said(200, b"{}"),
        said(200, b'{"external_id": null}'),
        said(200, b'{"external_id": ""}'),
        said(200, b'{"external_id": true}'),
        said(200, b'{"external_id": 1.5}'),
        said(200, b'{"external_id": ["p"]}'),
        said(200, rb'{"external_id": "p\u0000"}'),
        said(200, b'{"external_id": "%s"}' % (b"p" * 256)),
        said(200, b'{"external_id": "p", "x": "%s"}' % (b"x" * 70_000)),
        said(200, b'{"external_id": "p"}' + b" " * 70_000),
        said(200, b"[" * 5_000),
        said(200, b'{"external_id": %s}' % (b"9" * 5_000)),
        said(200, b'{"external_id": "p"}')[:-3],
    ],
)
def test_a_success_without_an_id_leaves_the_outcome_unknown(answering, answer):
    url = answering(answer)

    with pytest.raises(DeliveryUncertain):
        send(url)
    with pytest.raises(DeliveryUncertain):
        look_up(url)


def test_an_id_given_as_a_number_is_taken(answering):
    url = answering(said(200, b'{"external_id": 1844674407370955161599}'))

    assert send(url) == "1844674407370955161599"


@pytest.mark.parametrize("status", [302, 400, 401, 403, 405, 410, 422, 429, 500, 503])
def test_a_look_up_that_is_not_answered_tells_nothing(answering, status):
    with pytest.raises(DeliveryUncertain):
        look_up(answering(said(status)))


def test_a_look_up_that_reaches_nobody_tells_nothing():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"

    with pytest.raises(DeliveryUncertain):
        look_up(url)
    with pytest.raises(DeliveryDeferred):
        send(url)


def test_nothing_leaves_unsigned_or_for_an_inner_address(answering):
    seen = []
    url = answering(said(200), seen)

    with pytest.raises(ChannelUnusable):
        send(url, secrets=[])
    with pytest.raises(ChannelUnusable):
        send(url.replace("127.0.0.1", "127.0.0.2"))

    assert seen == []


def test_every_adapter_offers_what_the_protocol_asks():
    asked = ("verify", "read", "send", "look_up", "text_limit")

    assert ADAPTERS["generic"] is generic
    assert all(
        hasattr(adapter, name) for adapter in ADAPTERS.values() for name in asked
    )


def check(url, secrets=SECRETS):
    return generic.check(
        callback_url=url, secrets=secrets, now=NOW, allowed_hosts=["127.0.0.1"]
    )


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ([said(404, b'{"account": "Acme"}'), said(401)], CheckResult.WORKS),
        ([said(404, b'{"account": 7}'), said(403)], CheckResult.WORKS),
        ([said(404), said(404)], CheckResult.OPEN),
        ([said(401)], CheckResult.REFUSED),
        ([said(200, b'{"external_id": "1"}')], CheckResult.ODD),
        ([said(500)], CheckResult.ODD),
    ],
)
def test_a_platform_says_whether_it_knows_us(serve, read_request, answers, result):
    heard = []

    def talk(line):
        heard.append(read_request(line))
        line.sendall(answers[len(heard) - 1])

    found = check(serve(talk))

    assert found.result == result
    assert found.account == ("Acme" if b"Acme" in answers[0] else "")
    assert len(heard) == len(answers)
    proved = []
    for request in heard:
        first, headers, body = split(request)
        assert first.startswith("GET /callback/check-")
        with contextlib.suppress(SignatureRejected):
            verify(headers=headers, body=body, secrets=SECRETS, now=NOW)
            proved.append(request)
    assert proved == heard[:1]


def test_where_nothing_can_be_asked_that_is_said():
    with socket.create_server(("127.0.0.1", 0)) as one:
        closed = f"http://127.0.0.1:{one.getsockname()[1]}/callback"

    assert check("").result == CheckResult.NO_ADDRESS
    assert check(closed).result == CheckResult.UNREACHED
    assert check(closed, secrets=[]).result == CheckResult.UNUSABLE
    assert check("http://10.0.0.1/").result == CheckResult.UNUSABLE
