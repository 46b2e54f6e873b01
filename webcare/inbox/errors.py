"""Broken rules, said to people on the page where they were."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from webcare.exceptions import Invalid, NotAllowed, WebcareError

if TYPE_CHECKING:
    from webcare.inbox.http import DeskRequest


def sentence(error: WebcareError) -> str:
    """Return what to tell a person."""
    if isinstance(error, Invalid):
        return " ".join(text for texts in error.errors.values() for text in texts)
    if isinstance(error, NotAllowed):
        return _("You may see this ticket, but not do that.")
    return error.detail


def answer(request: "DeskRequest", error: WebcareError) -> HttpResponse:
    """Say it beside the page it happened on, which shows how things are now."""
    messages.error(request, sentence(error))
    return redirect(back(request))


def back(request: HttpRequest, otherwise: str = "inbox:ticket-list") -> str:
    """Return the page of ours that a form says it came from."""
    came_from = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(
        came_from,
        allowed_hosts={request.get_host()},
        require_https=request.is_secure(),
    )
    return came_from if ours else otherwise
