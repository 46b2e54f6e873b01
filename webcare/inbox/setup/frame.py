"""What stands around every page of the set-up: its menu, and who may look."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights

if TYPE_CHECKING:
    from webcare.inbox.http import DeskRequest
    from webcare.inbox.setup.shapes import Noun


def shown(request: "DeskRequest", page: str, given: dict[str, Any]) -> HttpResponse:
    """Draw `page` in the frame. Raises PermissionDenied for who has no role here."""
    rights = Rights.of(request.user)
    if not rights.held:
        raise PermissionDenied
    frame = {
        "desk": desk_of(request.user, rights),
        "groups": menu(rights),
        "at": given["noun"].slug if "noun" in given else "",
    }
    return render(request, page, frame | given)


def menu(rights: Rights) -> "list[tuple[Any, list[Noun]]]":
    """Return the groups of pages that somebody with these rights may open."""
    # The list of all pages names this module's readers.
    from webcare.inbox.setup.nouns import GROUPS  # noqa: PLC0415

    return [
        (name, allowed)
        for name, nouns in GROUPS
        if (allowed := [one for one in nouns if one.allowed(rights)])
    ]
