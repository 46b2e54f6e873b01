"""What is seldom done to a ticket: each act has a small form, in a dialog or a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.actions.private_threads import other_way
from webcare.domain.outcomes import Verdict
from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.people import LANGUAGES
from webcare.inbox.tickets import views_with
from webcare.queries.consultations import consultation_page
from webcare.queries.conversation import place_of
from webcare.queries.inbox import desk_of
from webcare.queries.merges import (
    messages_to_split,
    ticket_numbered,
    tickets_of_author,
)
from webcare.queries.people import Rights, require
from webcare.queries.tickets import ticket_for

if TYPE_CHECKING:
    from webcare.models import Ticket, User

Look = Callable[["User", "Ticket", QueryDict], dict[str, Any]]


MOST = 20  # questions shown, the newest
VERDICTS = [
    (one.value, one.label) for one in (Verdict.WATCH, Verdict.IGNORE, Verdict.PASS_ON)
]


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the menu; `fits` are the tickets that offer it."""

    slug: str
    label: str | Lazy
    icon: str
    look: Look = lambda user, ticket, given: {}
    fits: Callable[["Ticket"], bool] = lambda ticket: True
    needs: Permission = Permission.WORK_TICKETS


def _to_choose(user: "User", ticket: "Ticket", given: QueryDict) -> dict[str, Any]:
    """Tickets that this may be put beside: the author's own, or one by its number."""
    number = given.get("number", "").strip().lstrip("#")
    chosen = ticket_numbered(user, number) if number else None
    return {
        "number": number,
        "chosen": chosen,
        "is_unknown": bool(number) and chosen is None,
        "is_other": chosen is not None and chosen.author_id != ticket.author_id,
        "others": [] if number else tickets_of_author(user, ticket),
    }


def _messages(user: "User", ticket: "Ticket", given: QueryDict) -> dict[str, Any]:
    return {"messages": messages_to_split(ticket)}


def _elsewhere(user: "User", ticket: "Ticket", given: QueryDict) -> dict[str, Any]:
    return {"other_way": other_way(ticket)}


def _asked(user: "User", ticket: "Ticket", given: QueryDict) -> dict[str, Any]:
    rows, _page = consultation_page(place_of(user, ticket.public_id), None, MOST)
    return {"asked": rows, "languages": LANGUAGES}


def _newest(user: "User", ticket: "Ticket", given: QueryDict) -> dict[str, Any]:
    return {"message": ticket.last_inbound, "verdicts": VERDICTS}


def _is_live(ticket: "Ticket") -> bool:
    return ticket.is_live


ACTS = (
    Act(
        "danger",
        _("This is danger"),
        "danger",
        fits=lambda ticket: ticket.is_live and not ticket.is_danger,
    ),
    Act("merge", _("Merge into another ticket"), "down", _to_choose, _is_live),
    Act("split", _("Split off messages"), "up", _messages, _is_live),
    Act("link", _("Link to another ticket"), "equal", _to_choose),
    Act("reference", _("Number in another system"), "file"),
    Act(
        "private",
        _("Go on in private"),
        "private",
        _elsewhere,
        lambda ticket: ticket.is_live and ticket.thread.visibility == "public",
    ),
    Act(
        "consult",
        _("Ask a colleague by mail"),
        "question",
        _asked,
        _is_live,
        Permission.CONSULT,
    ),
    Act(
        "decide",
        _("The newest message needs no answer"),
        "check",
        _newest,
        lambda ticket: ticket.is_live and ticket.last_inbound_id is not None,
    ),
)


def offered(ticket: "Ticket", rights: Rights) -> list[Act]:
    """Return the acts that somebody with `rights` is offered on `ticket`."""
    return [
        act
        for act in ACTS
        if act.fits(ticket) and rights.allow(act.needs, ticket.queue_id)
    ]


@desk
@require_GET
def more(request: DeskRequest, public_id: UUID, act: str) -> HttpResponse:
    """Show the form of one act. What was offered a moment ago is shown still."""
    found = next((one for one in ACTS if one.slug == act), None)
    if found is None:
        raise Http404
    user = request.user
    rights = Rights.of(user)
    ticket = ticket_for(user, public_id, rights)
    require(user, found.needs, ticket.queue_id)
    context = {
        "ticket": ticket,
        "act": found,
        "template": f"webcare/inbox/more/{found.slug}.html",
        **found.look(user, ticket, request.GET),
    }
    if request.htmx:
        return render(request, "webcare/inbox/_more.html", context)
    here = desk_of(user, rights)
    context |= {"desk": here, "views": views_with(here)}
    return render(request, "webcare/inbox/more.html", context)
