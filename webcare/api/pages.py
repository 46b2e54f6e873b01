"""Cursors: opaque to clients, and nothing but the edge of the page they had."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from webcare.exceptions import Invalid
from webcare.queries.pages import Mark, Page

LIMIT = 50
MOST = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

PAGING = [
    OpenApiParameter(
        "limit", int, description=f"Rows, 1 to {MOST}; {LIMIT} if unsaid."
    ),
    OpenApiParameter("cursor", str, description="From `next` or `previous`."),
]


def limit_of(request: Request) -> int:
    """Return how many rows are asked for. Raises Invalid."""
    given = request.query_params.get("limit", str(LIMIT))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MOST):
        raise Invalid(limit=_("Send a number from 1 to %(most)s.") % {"most": MOST})
    return int(given)


def mark_of(request: Request, order: str) -> Mark | None:
    """Return where the page begins; None for the first. Raises Invalid.

    A cursor belongs to the order it was made in.
    """
    given = request.query_params.get("cursor")
    if given is None:
        return None
    try:
        text = urlsafe_b64decode(given.encode()).decode()
        name, side, at, pk = text.split(" ")
        moment = _EPOCH + int(at[:17]) * _MICROSECOND if at != "-" else None
        if name != order or side not in "np" or not 0 <= int(pk[:19]) < 2**63:
            raise ValueError(text)
        return Mark(moment, int(pk[:19]), side == "p")
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid(
            cursor=_("Send a cursor from this list, in this order.")
        ) from error


def paged(
    request: Request, page: Page, results: list[dict[str, Any]], order: str
) -> dict[str, Any]:
    """Return one page as every list shows it."""
    address = request.build_absolute_uri()
    return {
        "results": results,
        "next": _link(address, page.next, order),
        "previous": _link(address, page.previous, order),
    }


def _link(address: str, mark: Mark | None, order: str) -> str | None:
    if mark is None:
        return None
    at = "-" if mark.at is None else str((mark.at - _EPOCH) // _MICROSECOND)
    text = f"{order} {'p' if mark.backward else 'n'} {at} {mark.id}"
    cursor = urlsafe_b64encode(text.encode()).decode()
    return replace_query_param(address, "cursor", cursor)
