"""Tickets found by what was said, with the place where it was said."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import TICKETS, ticket_filters
from webcare.api.pages import PAGING, limit_of
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, TicketOut, stamp, ticket_out
from webcare.exceptions import Invalid
from webcare.queries.search import Hit, Place, search
from webcare.queries.ticket_lists import TicketRow, tickets_by_id

MOST = 50  # hits on a page: each has a ticket and a text
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SegmentOut(Out):
    text = serializers.CharField()
    hit = serializers.BooleanField()


class HitOut(Out):
    """A ticket, and the best of what it was found by."""

    ticket = TicketOut()
    matched = serializers.ChoiceField(
        choices=["message", "note", "author", "tag", "reference", "number"]
    )
    at = serializers.DateTimeField(help_text="When that was said.")
    rank = serializers.FloatField()
    snippet = SegmentOut(many=True)


class HitsOut(Out):
    """`complete` is false where only the newest matches were looked at and ranked.

    A search goes forward only: there is no way back but to ask again.
    """

    results = HitOut(many=True)
    next = serializers.CharField(allow_null=True)
    complete = serializers.BooleanField()


class Search(Endpoint):
    """Words, "phrases", word* and -without; `queue:`, `from:` and the like."""

    permission_classes = [Desk]

    @says(
        "Search tickets",
        HitsOut,
        parameters=(*(one for one in TICKETS if one.name != "order"), *PAGING),
        refuses=(422,),
        tag="tickets",
    )
    def get(self, request: Request) -> Response:
        wanted, _ = ticket_filters(request, without="order")
        place, limit = _place(request), min(limit_of(request), MOST)
        if wanted.q is None:  # nothing is typed yet
            return Response({"results": [], "next": None, "complete": True})
        found = search(request.user, wanted.q, replace(wanted, q=None), place, limit)
        tickets = tickets_by_id(request.user, [hit.ticket for hit in found.hits])
        results = [
            hit_out(hit, tickets[hit.ticket])
            for hit in found.hits
            if hit.ticket in tickets
        ]
        return Response(
            {
                "results": results,
                "next": _link(request, found.next),
                "complete": found.complete,
            }
        )


def hit_out(hit: Hit, row: TicketRow) -> Json:
    return {
        "ticket": ticket_out(row),
        "matched": hit.kind,
        "at": stamp(hit.at),
        "rank": hit.rank,
        "snippet": [{"text": one.text, "hit": one.hit} for one in hit.snippet],
    }


def _place(request: Request) -> Place | None:
    """Where the page begins; None for the first. Raises Invalid."""
    given = request.query_params.get("cursor")
    if given is None:
        return None
    try:
        ceiling, as_of, score, entry = (
            urlsafe_b64decode(given.encode()).decode().split()
        )
        place = Place(
            int(ceiling[:19]),
            _EPOCH + timedelta(microseconds=int(as_of[:17])),
            float(score[:30]),
            int(entry[:19]),
        )
        if not (0 <= place.ceiling < 2**63 and 0 <= place.entry < 2**63):
            raise ValueError(given)
        if not isfinite(place.score):
            raise ValueError(given)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid(cursor=_("Send a cursor from this search.")) from error
    return place


def _link(request: Request, place: Place | None) -> str | None:
    if place is None:
        return None
    as_of = (place.as_of - _EPOCH) // timedelta(microseconds=1)
    text = f"{place.ceiling} {as_of} {place.score!r} {place.entry}"
    cursor = urlsafe_b64encode(text.encode()).decode()
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)
