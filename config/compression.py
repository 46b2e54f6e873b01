"""Whole answers leave compressed, where the caller can read that."""

import re
import secrets
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Django's own middleware takes level 6: a page took a third longer for a few kB less.
LEVEL = 1
LEAST = 500  # bytes; what is smaller fits into a packet anyhow
PADDING = 100  # random bytes at most
_ACCEPTS = re.compile(r"\bgzip\b")


class Compression:
    """Compress pages and lists, padded so that their length betrays nothing (BREACH,
    https://www.breachattack.com: a name of random length in the header of the gzip).

    A stream goes out as it comes, or live news would wait for a full block. What
    carries an ETag stays byte for byte what it names: compressed it would be weak, and
    could not be sent back in `If-Match`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _may_be_compressed(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if _ACCEPTS.search(request.headers.get("Accept-Encoding", "")):
            response.content = _compressed(response.content)
            response.headers["Content-Length"] = str(len(response.content))
            response.headers["Content-Encoding"] = "gzip"
        return response


def _may_be_compressed(response: HttpResponse) -> bool:
    if response.streaming or len(response.content) < LEAST:
        return False
    return not (response.has_header("ETag") or response.has_header("Content-Encoding"))


def _compressed(content: bytes) -> bytes:
    padding = "x" * (1 + secrets.randbelow(PADDING))
    packed = BytesIO()
    with GzipFile(padding, "wb", LEVEL, packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()
