"""The page behind a letter's link: what a colleague is asked, and their answer."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webcare.actions.consultations import answer_consultation
from webcare.domain.links import digest_of
from webcare.exceptions import Invalid, NotFound
from webcare.inbox.errors import sentence
from webcare.queries.consultations import asked_by_link

GONE = 410
LONGEST = 20_000


@never_cache
@require_http_methods(["GET", "POST"])
def consult(request: HttpRequest, key: str) -> HttpResponse:
    asked = asked_by_link(digest_of(key))
    if asked is None:
        return _page(request, status=GONE)
    with translation.override(asked.language):
        if request.method == "GET":
            return _page(request, asked=asked)
        text = request.POST.get("text", "")[:LONGEST]
        try:
            answer_consultation(key=key, text=text)
        except Invalid as error:
            return _page(request, asked=asked, trouble=sentence(error), status=422)
        except NotFound:
            return _page(request, status=GONE)
        return _page(request, done=True)


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    with timezone.override(ZoneInfo(settings.DESK_TIME_ZONE)):
        return render(request, "webcare/consult.html", context, status=status)
