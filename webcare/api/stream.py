"""The events of all tickets, for integrators: follow `next` and miss nothing."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.conversation import EventOut, event_out
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.pages import LIMIT, MOST, limit_of
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.queries.events import Place, events_after


class EventsOut(serializers.Serializer[Any]):
    """`after` is the place to go on from, also when there is nothing new yet."""

    results = EventOut(many=True)
    after = serializers.CharField()
    more = serializers.BooleanField(help_text="Whether to ask again at once.")


def read_place(text: str) -> Place:
    parts = text.split(".")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() for p in parts):
        raise ValueError(_("Send `after` of an earlier answer."))
    place = Place(*(int(part[:20]) for part in parts))
    if max(place) >= 2**63:
        raise ValueError(_("Send `after` of an earlier answer."))
    return place


AFTER = Filter(read_place, "`after` of the last answer; from the beginning if unsaid.")


class EventStream(Endpoint):
    """Complete and in order, although changes are committed out of order."""

    permission_classes = [Desk]

    @says(
        "Follow what happens to all tickets you may see",
        EventsOut,
        parameters=(
            AFTER.parameter("after"),
            OpenApiParameter(
                "limit", int, description=f"1 to {MOST}, {LIMIT} if unsaid."
            ),
        ),
        refuses=(422,),
        tag="events",
    )
    def get(self, request: Request) -> Response:
        given = read_filters(request, {"after": AFTER}, ("limit",))
        limit = limit_of(request)
        events, place = events_after(request.user, given.get("after", Place()), limit)
        return Response(
            {
                "results": [event_out(event) for event in events],
                "after": f"{place.written_in}.{place.event}",
                "more": len(events) == limit,
            }
        )
