"""What happens, as it happens: server-sent events, resumed without a gap."""

import errno
import socket
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer

from webcare.api.endpoint import Endpoint, Request
from webcare.api.live_hub import Hub
from webcare.api.live_lines import Stream
from webcare.api.permissions import Desk
from webcare.api.schema import REASONS, ProblemOut
from webcare.api.stream import read_place
from webcare.exceptions import Invalid
from webcare.queries.events import Place, end_of_log
from webcare.queries.live import Listener
from webcare.queries.tokens import Holder

hub = Hub()  # one for each process

RETRY_SECONDS = 10
BEGIN = b"retry: 2000\n\n"
LAST = "Last-Event-ID"
SAYS = """Server-sent events (`text/event-stream`). Every event of the log is called
`ticket.` and its kind, with the event as `/api/v1/events` shows it, and its `id` is the
place to resume from: send it back as `Last-Event-ID`. Beside them, without an id:
`ticket.gone` (a ticket left your sight; it has an id too), `presence` (who has a ticket
before them), `counters` (counts of lists may have changed), `notifications` (what you
were told and did not read has changed) and `end` (why the stream ends: `reconnect` or
`signed_out`)."""


class TooManyStreams(APIException):
    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = gettext_lazy(
        "Too many streams are open: close one, or come back later."
    )
    default_code = "too_many_streams"
    wait = RETRY_SECONDS


class EventStreamRenderer(JSONRenderer):
    """Asked for by browsers; refusals are JSON all the same."""

    media_type = "text/event-stream"
    format = "sse"


class Live(Endpoint):
    permission_classes = [Desk]
    renderer_classes = [JSONRenderer, EventStreamRenderer]

    @extend_schema(
        summary="Hear what happens to tickets you may see, as it happens",
        description=SAYS,
        tags=["events"],
        parameters=[
            OpenApiParameter(
                LAST,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Of the last event heard; from now on if unsaid.",
            )
        ],
        responses={
            (200, "text/event-stream"): OpenApiTypes.STR,
            **{
                (status, "application/problem+json"): OpenApiResponse(
                    ProblemOut, REASONS[status]
                )
                for status in (401, 403, 422, 503)
            },
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        place = _place(request)
        here, mine = hub.count(request.user.pk)
        if here >= settings.LIVE_PER_PROCESS or mine >= settings.LIVE_PER_PERSON:
            raise TooManyStreams
        return StreamingHttpResponse(
            _events(request, _listener(request), place),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def _place(request: Request) -> Place:
    """Where to go on; nothing is asked of a client that has heard nothing yet."""
    last = request.headers.get(LAST)
    if not last:
        return end_of_log()
    try:
        return read_place(last)
    except ValueError as error:
        raise Invalid(last_event_id=_("Send the id of the last event.")) from error


def _listener(request: Request) -> Listener:
    user, holder = request.user, request.auth
    if isinstance(holder, Holder):
        return Listener(user.pk, token=holder.token)
    key = request.session.session_key or ""
    return Listener(user.pk, session=key, password=user.get_session_auth_hash())


def _events(request: Any, listener: Listener, place: Place) -> Iterator[bytes]:
    """Begin, and leave the rest to the hub.

    A server that can gives its socket away: then no thread stays behind. With any
    other the hub speaks through a pair of sockets, and a thread passes it on.
    """
    yield BEGIN
    if hand_over := request.META.get("webcare.hand_over"):
        line = hand_over(hub.stop)
        framed = request.META["SERVER_PROTOCOL"] == "HTTP/1.1"
        hub.open(Stream(line, listener, place, framed=framed))
        raise OSError(errno.ENOTCONN, "The connection was handed over.")
    ours, theirs = socket.socketpair()
    hub.open(Stream(theirs, listener, place, framed=False))
    with ours:
        while said := ours.recv(65_536):
            yield said
