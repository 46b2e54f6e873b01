"""Every part of the design system on one page, for those who build with it."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.statuses import DELIVERIES, LIGHTS, PRESENCES, PRIORITIES, STATUSES
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights

SURFACES: Final = ("paper", "surface", "raised", "hover", "selected")
TONES: Final = ("accent", "good", "warn", "bad", "private", "note")
COLOURS: Final = ("red", "orange", "yellow", "green", "blue", "purple")


@desk
@require_GET
def style(request: DeskRequest) -> HttpResponse:
    rights = Rights.of(request.user)
    if not (request.user.is_staff or rights.allow(Permission.SET_UP)):
        raise Http404
    context = {
        "desk": desk_of(request.user, rights),
        "surfaces": SURFACES,
        "tones": TONES,
        "colours": COLOURS,
        "looks": [
            *STATUSES.values(),
            *LIGHTS.values(),
            *PRIORITIES.values(),
            *DELIVERIES.values(),
            *PRESENCES.values(),
        ],
    }
    return render(request, "webcare/style/style.html", context)
