"""Coming in and going out."""

from time import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from webcare.actions import presence, sessions
from webcare.actions.sign_in import sign_in as check
from webcare.actions.sign_in import sign_in_with_code
from webcare.exceptions import SignInRefused
from webcare.inbox.errors import sentence
from webcare.inbox.forms import CodeForm, SignInForm
from webcare.inbox.preferences import remember_language
from webcare.queries.second_factors import asks_code, person_halfway

if TYPE_CHECKING:
    from webcare.models import User

REFUSED = 401
CODE_WITHIN = 300  # seconds after the password
_HALFWAY = "halfway"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_wanted(request))
    if request.method == "GET":
        return _page(request)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, status=REFUSED, trouble=str(SignInRefused().detail))
    try:
        user = check(
            account=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            address=_address(request),
        )
    except SignInRefused as error:
        return _page(request, status=REFUSED, trouble=sentence(error))
    if asks_code(user):
        return _go_halfway(request, user)
    return _enter(request, user)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    user = _halfway(request)
    if user is None:
        return redirect("inbox:sign-in")
    if request.method == "GET":
        return _code_page(request)
    form = CodeForm(request.POST)
    try:
        if not form.is_valid():
            raise SignInRefused
        code = form.cleaned_data["code"]
        sign_in_with_code(user=user, code=code, address=_address(request))
    except SignInRefused:
        return _code_page(request, status=REFUSED, is_wrong=True)
    return _enter(request, user)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own door leads to ours, where guesses are counted."""
    if request.user.is_authenticated:
        raise PermissionDenied
    wanted = request.GET.get("next") or reverse("admin:index")
    return redirect_to_login(wanted, reverse("inbox:sign-in"))


def _go_halfway(request: HttpRequest, user: "User") -> HttpResponse:
    request.session.cycle_key()
    request.session[_HALFWAY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),  # no longer, once it is changed
        "until": time() + CODE_WITHIN,
        "next": _wanted(request),
    }
    return redirect("inbox:sign-in-code")


def _halfway(request: HttpRequest) -> "User | None":
    """Who gave the right password in this browser just now, and has it still."""
    said = request.session.get(_HALFWAY)
    if not said or said["until"] < time():
        return None
    return person_halfway(said["user"], said["password"])


def _enter(request: HttpRequest, user: "User") -> HttpResponse:
    wanted = request.session.get(_HALFWAY, {}).get("next") or _wanted(request)
    auth.login(request, user, backend=_BACKEND)
    request.session.pop(_HALFWAY, None)
    sessions.note_session(
        user=user,
        key=request.session.session_key or "",
        device=request.headers.get("User-Agent", ""),
    )
    presence.set_presence(user=user, state="present")
    return remember_language(redirect(wanted), user.language)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        presence.set_presence(user=request.user, state="away")
    auth.logout(request)
    return redirect("inbox:sign-in")


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    context = {"next": request.POST.get("next") or request.GET.get("next", "")}
    context |= {"username": request.POST.get("username", "")} | more
    return render(request, "webcare/sign_in.html", context, status=status)


def _code_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "webcare/sign_in_code.html", more, status=status)


def _wanted(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted,
        allowed_hosts={request.get_host()},
        require_https=request.is_secure(),
    )
    return wanted if ours else settings.LOGIN_REDIRECT_URL


def _address(request: HttpRequest) -> str:
    """The caller's address, as the nearest proxy of ours saw it.

    Each proxy adds whom it heard at the end of the header; what stands before those
    of ours was written by the caller.
    """
    heard = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(heard):
        return heard[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
