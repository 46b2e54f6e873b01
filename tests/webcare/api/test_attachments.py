"""Attachments over the API: brought, seen by who sees the ticket, and sent along."""

from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.actions import delivery
from demo.platform import Platform
from tests.files import png
from webcare.models import Attachment

JSON = "application/json"
PNG = png()


@pytest.fixture
def shop(shop):
    shop.files = "x"
    shop.public_hold_seconds = 0
    shop.save()
    return shop


@pytest.fixture
def where(ticket):
    return f"/api/v1/tickets/{ticket.public_id}"


@pytest.fixture
def bring(where, as_client, ada):
    """Attach a picture as ada, in a form; returns the answer."""
    client = as_client(ada)

    def send(content=PNG, name="m.png", headers=None, **given):
        file = SimpleUploadedFile(name, content)
        given |= {"file": file}
        return client.post(f"{where}/attachments", given, headers=headers)

    return send


def test_a_picture_is_brought_described_and_answered_with(
    tmp_path, shop, where, as_client, ada, pump, bring
):
    client = as_client(ada)
    made = bring(alt="A meter.")
    assert made.status_code == 201
    one = made.json()
    assert (one["name"], one["type"], one["size"]) == ("m.png", "image/png", len(PNG))
    changed = client.patch(one["url"], {"alt": "Our meter."}, JSON)
    assert changed.json()["alt"] == "Our meter."

    body = {"text": "Like this.", "attachments": [one["id"]]}
    answer = client.post(f"{where}/reply", body, JSON)
    assert answer.status_code == 202
    assert answer.json()["attachments"] == [changed.json()]
    with Platform(tmp_path / "ledger.db", [shop.secret]) as platform:
        type(shop).objects.update(callback_url=platform.callback_url)
        delivery.send_due(shop.pk)
        pump()
        assert [one.alt for one in platform.files()] == ["Our meter."]

    [reply] = client.get(f"{where}/replies").json()["results"]
    assert reply["attachments"] == [changed.json()]
    said = client.get(f"{where}/messages").json()["results"][-1]
    assert said["attachments"] == [
        {"url": one["url"], "name": "m.png", "type": "image/png"}
    ]


def test_the_bytes_come_as_they_were_brought_and_do_nothing(as_client, ada, bring):
    one = bring(name='a"b.html').json()

    answer = as_client(ada).get(one["url"])

    assert answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="a\\"b.html.png"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_is_compressed_already_is_not_compressed_again(as_client, ada, bring):
    large = png(b"x" * 2_000)
    one = bring(large).json()

    answer = as_client(ada).get(one["url"], headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.content == large


def test_what_is_not_sent_is_ones_own_and_then_the_tickets(
    where, as_client, ada, bo, cas, bring
):
    one = bring().json()
    statuses = {who: as_client(who).get(one["url"]).status_code for who in (ada, bo)}
    assert statuses == {ada: 200, bo: 404}

    body = {"text": "Like this.", "attachments": [one["id"]]}
    as_client(ada).post(f"{where}/reply", body, JSON)

    statuses = {who: as_client(who).get(one["url"]).status_code for who in (bo, cas)}
    assert statuses == {bo: 200, cas: 404}
    assert as_client(bo).delete(one["url"]).status_code == 403
    assert as_client(ada).delete(one["url"]).status_code == 409


def test_who_approves_sees_what_they_approve(
    where, as_client, ada, lena, shop_queue, bring
):
    shop_queue.needs_approval = True
    shop_queue.save()
    one = bring().json()
    body = {"text": "Like this.", "attachments": [one["id"]]}
    as_client(ada).post(f"{where}/reply", body, JSON)

    [waiting] = as_client(lena).get("/api/v1/approvals").json()["results"]

    assert [each["id"] for each in waiting["attachments"]] == [one["id"]]
    assert as_client(lena).get(one["url"]).content == PNG


def test_a_draft_says_what_is_ready(where, as_client, ada, bo, bring):
    one = bring().json()
    for who in (ada, bo):
        as_client(who).put(f"{where}/draft", {"text": "Like"}, JSON)

    mine, other = (
        as_client(who).get(f"{where}/draft").json()["attachments"] for who in (ada, bo)
    )

    assert mine == [one]
    assert other == []
    assert as_client(ada).delete(one["url"]).status_code == 204
    assert as_client(ada).get(f"{where}/draft").json()["attachments"] == []


def test_small_ones_come_as_json_too(where, as_client, ada):
    client = as_client(ada)
    given = {"name": "m.png", "content": b64encode(PNG).decode()}

    made = client.post(f"{where}/attachments", given, JSON)

    assert made.status_code == 201
    assert client.get(made.json()["url"]).content == PNG
    for wrong in ({}, {"name": "m.png"}, given | {"content": "not base64!"}):
        answer = client.post(f"{where}/attachments", wrong, JSON)
        assert answer.status_code == 422
        assert answer.json()["errors"]


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"%PDF-1.7", png(b"x" * 5_000_000)]
)
def test_what_the_channel_does_not_take_is_told(bring, content):
    answer = bring(content)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["file"]
    assert not Attachment.objects.exists()


def test_a_channel_without_files_refuses_before_anything_is_sent(
    shop, where, as_client, ada, bring
):
    one = bring().json()
    type(shop).objects.update(files="none")

    assert bring().status_code == 422
    body = {"text": "Like this.", "attachments": [one["id"]]}
    answer = as_client(ada).post(f"{where}/reply", body, JSON)
    assert answer.status_code == 422
    assert "takes no files" in answer.json()["errors"]["attachments"][0]


def test_the_same_key_brings_one_file_and_another_is_refused(bring):
    key = {"Idempotency-Key": "k-1"}
    large = png(b"x" * 2_000_000)  # more than a body may have that is no file

    first, again = bring(large, headers=key), bring(large, headers=key)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert Attachment.objects.count() == 1
    assert bring(png(b"!" * 2_000_000), headers=key).status_code == 422


def test_an_answer_costs_as_much_with_many_files_as_with_one(
    where, as_client, ada, bring
):
    client = as_client(ada)

    def cost(count):
        named = [bring().json()["id"] for _ in range(count)]
        body = {"text": "Like this.", "attachments": named}
        with CaptureQueriesContext(connection) as written:
            assert client.post(f"{where}/reply", body, JSON).status_code == 202
        with CaptureQueriesContext(connection) as read:
            client.get(f"{where}/replies")
        return len(written), len(read)

    cost(1)  # the first takes the ticket from where it stood

    assert cost(1) == cost(4)
