"""Refusals, in one shape and with one status each (RFC 9457, problem+json)."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import exception_handler

from conversations.http import describe, problem
from webcare import exceptions as desk

STATUS: dict[type[desk.WebcareError], int] = {
    desk.NotFound: 404,
    desk.NotAllowed: 403,
    desk.TicketChanged: 409,
    desk.InvalidMove: 409,
    desk.DangerStands: 409,
    desk.HandsFull: 409,
    desk.SendingRefused: 409,
    desk.ApprovalOver: 409,
    desk.NoPrivateChannel: 409,
    desk.RequestInProgress: 409,
    desk.InUse: 409,
    desk.NoDemoToLeave: 409,
    desk.ImportBegun: 409,
    desk.ModelUnusable: 409,
    desk.NotErasable: 409,
    desk.StaleReply: 412,
    desk.StaleVersion: 412,
}
# Everything else that breaks a rule of the desk could be repaired in the request.
REPAIRABLE = 422
CODES = {
    400: "bad_request",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}


def to_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what was raised into problem+json; None for what we did not expect."""
    if isinstance(exc, desk.WebcareError):
        return _desk(exc)
    if isinstance(exc, drf.ValidationError):
        errors = dict(_sentences(exc.detail))
        return _answer(422, _("Some fields need attention."), errors=errors)
    if isinstance(exc, RequestDataTooBig):
        return _answer(413, _("This body is too large."))
    if isinstance(exc, Http404):
        exc = drf.NotFound(_("There is nothing here."))
    if isinstance(exc, PermissionDenied):
        exc = drf.PermissionDenied()
    return _framework(exc, context)


@csrf_exempt  # nothing is done
def nowhere(request: HttpRequest) -> HttpResponse:
    """Refuse what is no address of the API, in the shape of every refusal."""
    return problem(404, CODES[404], _("There is nothing here."))


def _desk(error: desk.WebcareError) -> Response:
    status = STATUS.get(type(error), REPAIRABLE)
    more = dict(error.data)
    if isinstance(error, desk.Invalid):
        more["errors"] = error.errors
    detail = error.detail or _((type(error).__doc__ or "").split("\n")[0])
    return _answer(status, str(detail), code=error.code, **more)


def _framework(exc: Exception, context: dict[str, Any]) -> Response | None:
    response = exception_handler(exc, context)
    if response is None:
        return None
    headers = {
        name: value
        for name, value in response.headers.items()
        if name in {"WWW-Authenticate", "Retry-After", "Allow"}
    }
    detail = str(getattr(exc, "detail", ""))
    return _answer(response.status_code, detail, headers=headers)


def _answer(
    status: int,
    detail: str,
    *,
    code: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    body = describe(status, code or CODES.get(status, "error"), detail, **more)
    return Response(
        body, status=status, headers=headers, content_type="application/problem+json"
    )


def _sentences(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Flatten nested errors into one list of sentences per field: `rules.0.kind`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _sentences(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(one, dict) for one in detail):
        for index, inner in enumerate(detail):
            yield from _sentences(inner, f"{path}.{index}" if path else str(index))
    elif detail:
        given = detail if isinstance(detail, list) else [detail]
        yield path or "body", [str(one) for one in given]
