"""What every page of the desk has in common."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from webcare.exceptions import NotFound, WebcareError
from webcare.inbox import errors
from webcare.queries.people import Rights

if TYPE_CHECKING:
    from webcare.models import User


class DeskRequest(HttpRequest):
    """A request of somebody signed in."""

    user: "User"
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def desk(view: View) -> View:
    """Let in who is signed in, show times of the desk, say broken rules in words."""

    @wraps(view)
    def wrapped(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_signed_in(request):
            return _to_sign_in(request)
        Rights.read_once(request.user)
        with timezone.override(ZoneInfo(settings.DESK_TIME_ZONE)):
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except WebcareError as error:
                return errors.answer(request, error)

    return wrapped


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _to_sign_in(request: DeskRequest) -> HttpResponse:
    """A page turns to the sign-in; a script is told to, or it would show it inside."""
    if request.htmx or request.headers.get("X-Live"):
        address = resolve_url(settings.LOGIN_URL)
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    if request.method == "GET":
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(resolve_url("inbox:ticket-list"))
