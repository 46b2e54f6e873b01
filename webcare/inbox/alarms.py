"""The page behind an alarm's letter: whoever has the link may say *I am on it*."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webcare.actions.alarms import acknowledge_by_link
from webcare.domain.links import digest_of
from webcare.exceptions import NotFound
from webcare.queries.alarms import named_by_link

GONE = 410


@never_cache
@require_http_methods(["GET", "POST"])
def heard(request: HttpRequest, key: str) -> HttpResponse:
    """Looking changes nothing: letters are opened by machines as well."""
    try:
        if request.method == "POST":
            acknowledge_by_link(key=key)
    except NotFound:
        return _page(request, 0, 0)
    return _page(request, *named_by_link(digest_of(key)))


def _page(request: HttpRequest, named: int, ring: int) -> HttpResponse:
    context = {"named": named, "ring": ring}
    return render(request, "webcare/alarm.html", context, status=200 if named else GONE)
