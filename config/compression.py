"""Whole answers leave compressed, where the caller can read that."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compression(GZipMiddleware):
    """Compress pages and lists; Django pads them, so that their length betrays nothing
    (BREACH).

    A stream goes out as it comes, or live news would wait for a full block. What
    carries an ETag stays byte for byte what it names: compressed it would be weak, and
    could not be sent back in `If-Match`.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or response.has_header("ETag"):
            return response
        return super().process_response(request, response)
