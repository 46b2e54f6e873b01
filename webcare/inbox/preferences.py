"""How a person likes the desk: language, light or dark, and whether they are there."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from webcare.actions import preferences, presence
from webcare.inbox.errors import back
from webcare.inbox.http import DeskRequest, desk

YEAR: Final = 365 * 24 * 3_600
THEMES = frozenset({"light", "dark", "system"})
THEME_COOKIE = "theme"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """For who is signed in it is kept with the person, else with the browser."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        preferences.choose_language(user=request.user, language=language)
    return remember_language(redirect(back(request, "inbox:sign-in")), language)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let the browser ask for pages in `language` from now on, if we speak it."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    response = redirect(back(request, "inbox:sign-in"))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@desk
@require_POST
def set_presence(request: DeskRequest) -> HttpResponse:
    presence.set_presence(user=request.user, state=request.POST.get("state", ""))
    return redirect(back(request))


@desk
@require_POST
def sign_of_life(request: DeskRequest) -> HttpResponse:
    presence.note_sign_of_life(user=request.user)
    return HttpResponse(status=204)
