"""Answers and notes, from the composer."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webcare.actions import attachments, macro_use, notes, private_threads, replies
from webcare.domain.lifecycle import Status
from webcare.domain.personal import personal_in
from webcare.exceptions import (
    Invalid,
    KeyReused,
    ShowsPersonalData,
    StaleReply,
    WebcareError,
)
from webcare.inbox.errors import sentence
from webcare.inbox.forms import NoteForm, ReplyForm
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.ticket import ticket_page
from webcare.queries.approvals import Approval
from webcare.queries.attachments import attachment_for
from webcare.queries.replies import reply_for
from webcare.queries.tickets import ticket_for

if TYPE_CHECKING:
    from webcare.models import Ticket

UNPROCESSABLE = 422
CONFLICT = 409


@desk
@require_POST
def reply(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Hand the answer in; whatever goes wrong, the text stays in the composer."""
    ticket = ticket_for(request.user, public_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _again(request, public_id, _("Write a text first."), UNPROCESSABLE)
    given = form.cleaned_data
    try:
        said = private_threads.send_in(
            ticket=ticket,
            user=request.user,
            visibility=given["visibility"],
            text=given["text"],
            confirmed=given["confirmed"].split(),
            client_key=given["key"],
            seen=form.seen_by_writer(),
            then=Status(given["then"]),
            attachments=_attached(request, ticket, given["attachments"]),
        )
        if macro := given["macro"]:
            macro_use.count_use(
                ticket=ticket, user=request.user, macro=macro, key=given["key"]
            )
    except StaleReply:
        return _again(request, public_id, "", CONFLICT, stale=True)
    except KeyReused:
        trouble = _("Something else was sent from here already. Send this as well?")
        return _again(request, public_id, trouble, CONFLICT, key=uuid4())
    except ShowsPersonalData as error:
        found = error.data["found"]
        return _again(request, public_id, "", UNPROCESSABLE, to_confirm=found)
    except WebcareError as error:
        return _again(request, public_id, sentence(error), UNPROCESSABLE)
    if isinstance(said, Approval):
        messages.success(request, _("Not sent yet: a colleague reads it first."))
    return redirect(_page(public_id))


def _attached(request: DeskRequest, ticket: "Ticket", named: list[UUID]) -> list[UUID]:
    """What goes along: what the form names, as it describes it, and what it brings."""
    for one in named:
        found, alt = attachment_for(request.user, one), request.POST.get(f"alt-{one}")
        if alt is not None and alt.strip() != found.file.alt:
            attachments.describe(attachment=found, user=request.user, alt=alt)
    for file in request.FILES.getlist("files"):
        made = attachments.attach(
            ticket=ticket,
            user=request.user,
            name=file.name or "",
            content=file.read(attachments.LARGEST + 1),
        )
        named = [*named, made.public_id]
    return named


@desk
@require_POST
def personal(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Say what personal data is in what is being written, while everybody reads it."""
    ticket_for(request.user, public_id, with_names=False)
    is_public = request.POST.get("visibility") != "private"
    found = personal_in(request.POST.get("text", "")) if is_public else []
    return render(request, "webcare/inbox/_personal.html", {"personal": found})


@desk
@require_POST
def let_go(request: DeskRequest, public_id: UUID) -> HttpResponse:
    reply = reply_for(request.user, public_id)
    replies.let_go(reply=reply, user=request.user)
    messages.success(request, _("It goes out after all."))
    return redirect(_page(reply.ticket.public_id))


@desk
@require_POST
def take_back(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """The text comes back into the composer of who wrote it."""
    reply = reply_for(request.user, public_id)
    replies.take_back_reply(reply=reply, user=request.user)
    messages.success(request, _("Taken back. It has not been sent."))
    page = reverse("inbox:ticket", args=[reply.ticket.public_id])
    return redirect(f"{page}?again={public_id}#now")


@desk
@require_POST
def note(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Invalid(text=_("Write a text first."))
    notes.add_note(ticket=ticket, user=request.user, text=form.cleaned_data["text"])
    return redirect(_page(public_id))


def _page(public_id: UUID) -> str:
    """The ticket's page, at its newest."""
    return f"{reverse('inbox:ticket', args=[public_id])}#now"


def _again(
    request: DeskRequest,
    public_id: UUID,
    trouble: str,
    status: int,
    **more: Any,
) -> HttpResponse:
    kept = {
        "draft": request.POST.get("text", ""),
        "key": request.POST.get("key", ""),
        "macro": request.POST.get("macro", ""),
    }
    return ticket_page(
        request, public_id, status=status, trouble=trouble, **kept | more
    )
