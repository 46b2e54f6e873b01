"""Four eyes on the page: what waits to be read, and what its readers say of it."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from webcare.actions import approvals
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.inbox.errors import back
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.tickets import views_with
from webcare.queries.approvals import (
    Approval,
    ApprovalState,
    approval_for,
    approval_page,
)
from webcare.queries.inbox import PAGE, desk_of
from webcare.queries.people import Rights


@desk
@require_GET
def waiting(request: DeskRequest) -> HttpResponse:
    """Every answer that waits, the longest first; one's own among them."""
    user, rights = request.user, Rights.of(request.user)
    here = desk_of(user, rights)
    rows, page = approval_page(
        user, state=ApprovalState.WAITING, mine=None, mark=None, limit=PAGE
    )
    shown = {
        "page_is": "approvals",
        "desk": here,
        "views": views_with(here),
        "now": timezone.now(),
        "rows": [
            (row, rights.allow(Permission.APPROVE_REPLIES, row.queue)) for row in rows
        ],
        "is_cut": page.next is not None,
    }
    return render(request, "webcare/inbox/approvals.html", shown)


@desk
@require_POST
def approve(request: DeskRequest, public_id: UUID) -> HttpResponse:
    found = approval_for(request.user, public_id)
    digest = _digest(request.POST.get("digest", ""))
    approvals.approve(approval=found, user=request.user, digest=digest)
    said = _("Approved: it goes out in the name of %(name)s.") % {"name": found.writer}
    messages.success(request, said)
    return redirect(_where(request, found))


@desk
@require_POST
def reject(request: DeskRequest, public_id: UUID) -> HttpResponse:
    found = approval_for(request.user, public_id)
    reason = request.POST.get(f"reason-{public_id}", "")
    approvals.reject(approval=found, user=request.user, reason=reason)
    said = _("Not approved: %(name)s is told why.") % {"name": found.writer}
    messages.success(request, said)
    return redirect(_where(request, found))


@desk
@require_POST
def withdraw(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """The text comes back into the composer of who wrote it."""
    found = approval_for(request.user, public_id)
    approvals.withdraw(approval=found, user=request.user)
    messages.success(request, _("Withdrawn. It has not been sent."))
    return redirect(f"{_page(found)}?again={public_id}#now")


def _where(request: DeskRequest, found: Approval) -> str:
    """The list it was decided in, else its ticket."""
    came_from = urlsplit(back(request)).path
    waits = reverse("inbox:approvals")
    return waits if came_from == waits else f"{_page(found)}#now"


def _page(found: Approval) -> str:
    return reverse("inbox:ticket", args=[found.ticket.public_id])


def _digest(text: str) -> bytes:
    """What was read, as the form says it. Raises Invalid."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Invalid(
            digest=_("This is not what waits here: read it again.")
        ) from error
