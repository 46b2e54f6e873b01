"""What leaves compressed, and what must not."""

import gzip

from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from config.compression import Compression

ASKED = {"Accept-Encoding": "gzip"}


def test_a_page_leaves_compressed_to_who_can_read_that(ada, ticket):
    browser = Client()
    browser.force_login(ada)
    page = browser.get("/", headers=ASKED)

    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert b"<html" in gzip.decompress(page.content)
    assert "Content-Encoding" not in browser.get("/")


def test_what_is_named_by_an_etag_can_be_sent_back_in_if_match(as_client, ada, ticket):
    address = f"/api/v1/tickets/{ticket.public_id}"
    found = as_client(ada).get(address, headers=ASKED)

    assert not found["ETag"].startswith("W/")
    assert "Content-Encoding" not in found


def test_a_stream_is_not_held_back_until_a_block_is_full(rf):
    news = StreamingHttpResponse([b"event: news\n\n" * 100])

    sent = Compression(lambda _: news)(rf.get("/", headers=ASKED))

    assert "Content-Encoding" not in sent
    assert b"".join(sent).startswith(b"event: news")


def test_the_length_of_a_page_betrays_nothing(rf):
    page = HttpResponse(b"<html>" + b"The same again. " * 100)
    send = Compression(lambda _: HttpResponse(page.content))

    lengths = {len(send(rf.get("/", headers=ASKED)).content) for _ in range(40)}

    assert len(lengths) > 10


def test_what_fits_into_a_packet_leaves_as_it_is(rf):
    send = Compression(lambda _: HttpResponse(b"Yes."))

    assert send(rf.get("/", headers=ASKED)).content == b"Yes."
