"""Without PostgreSQL nothing can be kept, and whoever called is told to come back."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from conversations.http import problem

log = structlog.get_logger(__name__)

COME_BACK_AFTER = "5"  # seconds


class DatabaseAway:
    """Turn the database's own trouble into 503, with the time to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.error("database away", path=request.path, error=type(exception).__name__)
        return problem(
            503,
            "unavailable",
            "The database does not answer: try again in a moment.",
            headers={"Retry-After": COME_BACK_AFTER},
        )
