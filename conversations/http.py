"""What every door of ours shares: bodies read under a cap, refusals in one shape."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

PIECE = 65_536  # bytes read at a time, so that a cap holds while a body still comes


class BodyRefused(Exception):
    """A body that is not read any further; `status` is the answer to it."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code

    def answer(self) -> HttpResponse:
        return problem(self.status, self.code, str(self))


def describe(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the body of a refusal (RFC 9457): `code` for programs, `detail` for us."""
    return {
        "type": f"urn:webcare:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Refuse with problem+json. `more` adds members, such as `errors` per field."""
    return JsonResponse(
        describe(status, code, detail, **more),
        status=status,
        headers=headers,
        content_type="application/problem+json",
    )


def read_json_body(request: HttpRequest, limit: int) -> bytes:
    """Return the bytes of a body that calls itself JSON, at most `limit` of them.

    Nothing is decompressed: a small body could become a large one. Raises
    BodyRefused: 415 for another type, 413 as soon as the cap is passed.
    """
    if request.content_type != "application/json":
        raise BodyRefused(
            415, "unsupported_media_type", "Send JSON, as application/json."
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BodyRefused(415, "unsupported_encoding", "Send the body uncompressed.")
    return _read(request, limit)


def _read(request: HttpRequest, limit: int) -> bytes:
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    # A chunked body has no length; Django takes it for empty, its server does not.
    chunked = "HTTP_TRANSFER_ENCODING" in request.META
    source = request.META["wsgi.input"] if chunked else request
    body = bytearray()
    while piece := source.read(PIECE):
        body += piece
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(413, "too_large", f"Send at most {limit:,} bytes at a time.")
