"""Beside a ticket, fetched when it comes into view: what was said before."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.queries.people import Rights
from webcare.queries.resemblance import answered_like, earlier_of
from webcare.queries.tickets import ticket_for

if TYPE_CHECKING:
    from webcare.models import Ticket


@desk
@require_GET
def before(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Show the author's other tickets, and how tickets like this were answered."""
    rights = Rights.of(request.user)
    ticket = ticket_for(request.user, public_id, rights)
    earlier, more = earlier_of(request.user, ticket)
    may_work = rights.allow(Permission.WORK_TICKETS, ticket.queue_id)
    shown = {
        "earlier": earlier,
        "all": _all_of(ticket) if more else "",
        "answered": answered_like(request.user, ticket),
        "may_answer": may_work and ticket.is_live,
        "now": timezone.now(),
    }
    return render(request, "webcare/inbox/_before.html", shown)


def _all_of(ticket: "Ticket") -> str:
    """The list of all that somebody wrote, who is known by a handle."""
    handle = ticket.author.handle.lstrip("@")
    if not handle or '"' in handle:
        return ""
    query = urlencode({"q": f'from:"{handle}"'})
    return f"{reverse('inbox:ticket-list')}?{query}"
