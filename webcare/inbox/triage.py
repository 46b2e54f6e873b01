"""Unsure tickets in groups: one decision says what many of them are about."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from webcare.actions.bulk import change_many
from webcare.actions.bulk_undo import undo
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.tickets import views_with
from webcare.queries.bulk import job_of
from webcare.queries.cards import topics_to_choose
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights
from webcare.queries.topics import slugs
from webcare.queries.triage import unsure_groups


@desk
@require_GET
def triage(request: DeskRequest) -> HttpResponse:
    user = request.user
    rights = Rights.of(user)
    found, names = unsure_groups(user), slugs(user)
    here = desk_of(user, rights)
    return render(
        request,
        "webcare/inbox/triage.html",
        {
            "page_is": "triage",
            "desk": here,
            "views": views_with(here),
            "groups": [
                {
                    "tickets": group.tickets,
                    "words": group.words,
                    "guess": names.get(group.guess or 0, ""),
                }
                for group in found.groups
            ],
            "waiting": found.waiting,
            "is_complete": found.is_complete,
            "topics": topics_to_choose(user),
            "may_bulk": bool(rights.where(Permission.BULK_CHANGE)),
        },
    )


@desk
@require_POST
def label(request: DeskRequest) -> HttpResponse:
    """Let the tickets that are ticked be about one topic; each becomes an example."""
    tickets = [_id(one) for one in request.POST.getlist("ticket")]
    topic = request.POST.get("topic", "")
    if not tickets or not topic:
        raise Invalid(topic=_("Tick the tickets, and choose what they are about."))
    action = {"do": "classify", "topic": topic}
    job = change_many(user=request.user, action=action, tickets=tickets)
    said = ngettext(
        "%(n)d ticket gets this topic.", "%(n)d tickets get this topic.", job.total
    )
    back = reverse("inbox:triage-undo", args=[job.public_id])
    messages.success(request, said % {"n": job.total}, extra_tags=back)
    return redirect("inbox:triage")


@desk
@require_POST
def take_back(request: DeskRequest, job: UUID) -> HttpResponse:
    """Take a decision back where nobody changed the ticket since."""
    undo(user=request.user, job=job_of(request.user, job))
    messages.success(request, _("The topics are taken back."))
    return redirect("inbox:triage")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(ticket=_("There is no such ticket.")) from error
