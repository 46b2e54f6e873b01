"""Two questions that a supervisor asks: is this process there, and can it work?"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class Health:
    """Answer `/healthz` and `/readyz` before anything else looks at the request.

    A supervisor asks by address rather than by name, without TLS and without a
    session, so the checks that protect the pages would turn it away.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return _say("ok")
        if request.path == "/readyz":
            return _ready()
        return self.get_response(request)


def _ready() -> HttpResponse:
    """Redis is not asked: without it the work is late, and the pages are not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _say("PostgreSQL does not answer", 503)
    return _say("ok")


def _say(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(
        f"{text}\n",
        content_type="text/plain",
        status=status,
        headers={"Cache-Control": "no-store"},
    )
