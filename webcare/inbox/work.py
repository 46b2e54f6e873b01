"""What people do with a ticket besides answering it: one form post each."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webcare.actions import endings, readings, tickets
from webcare.actions.undo import undo_change
from webcare.domain.outcomes import Resolution
from webcare.domain.readings import Sentiment
from webcare.domain.undo import Undoable
from webcare.exceptions import Invalid, NotFound
from webcare.inbox.errors import back
from webcare.inbox.forms import ResolveForm
from webcare.inbox.http import DeskRequest, desk
from webcare.queries.setup import queue_named
from webcare.queries.tickets import ticket_for, ticket_moved_away
from webcare.queries.topics import topic_named

if TYPE_CHECKING:
    from webcare.models import Ticket


@desk
@require_POST
def claim(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    tickets.claim_ticket(ticket=ticket, user=request.user)
    said = _("Ticket %(number)s is yours.") % {"number": ticket.number}
    return done(request, said, undo=reverse("inbox:release", args=[public_id]))


@desk
@require_POST
def release(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    tickets.release_ticket(ticket=ticket, user=request.user)
    said = _("Ticket %(number)s is back in its queue.") % {"number": ticket.number}
    return done(request, said, undo=reverse("inbox:claim", args=[public_id]))


@desk
@require_POST
def resolve(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        raise Invalid(outcome=_wrong(form))
    given = form.cleaned_data
    given["outcome"] = Resolution(given["outcome"])
    tickets.resolve_ticket(ticket=ticket, user=request.user, **given)
    said = _("Ticket %(number)s is resolved.") % {"number": ticket.number}
    return done(request, said, undo=reverse("inbox:undo-resolve", args=[public_id]))


@desk
@require_POST
def undo_resolve(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    endings.undo_resolve(ticket=ticket, user=request.user)
    said = _("Ticket %(number)s is as it was.") % {"number": ticket.number}
    return done(request, said)


@desk
@require_POST
def reopen(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    tickets.reopen_ticket(ticket=ticket, user=request.user)
    said = _("Ticket %(number)s is open again.") % {"number": ticket.number}
    return done(request, said)


@desk
@require_POST
def classify(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    slug = request.POST.get("topic", "")
    topic = topic_named(slug) if slug else None
    tickets.classify_ticket(ticket=ticket, user=request.user, topic=topic)
    label = topic.label if topic else _("no topic")
    said = _("Topic: %(topic)s.") % {"topic": label}
    return done(request, said, undo=undo_address(public_id, Undoable.TOPIC))


@desk
@require_POST
def sentiment(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    said = request.POST.get("sentiment", "")
    if said not in Sentiment.values:
        raise Invalid(sentiment=_("Say negative, neutral or positive."))
    readings.set_sentiment(ticket=ticket, user=request.user, sentiment=Sentiment(said))
    return done(
        request, _("Sentiment: %(sentiment)s.") % {"sentiment": Sentiment(said).label}
    )


@desk
@require_POST
def route(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Move to another queue, which may be one that the mover does not see."""
    ticket = ticket_for(request.user, public_id)
    queue = queue_named(request.POST.get("queue", ""))
    was = ticket.queue_id
    tickets.route_ticket(ticket=ticket, user=request.user, queue=queue)
    moved = {"number": ticket.number, "queue": queue.name}
    said = _("Ticket %(number)s went to %(queue)s.") % moved
    back = undo_address(public_id, Undoable.QUEUE) if was != queue.pk else ""
    messages.success(request, said, extra_tags=back)
    return redirect("inbox:ticket-list")


@desk
@require_POST
def undo(request: DeskRequest, public_id: UUID, what: str) -> HttpResponse:
    """Take back one's own last change; where that cannot be, the page says why."""
    if what not in Undoable.values:
        raise NotFound
    ticket = _changed(request, public_id, Undoable(what))
    undo_change(ticket=ticket, user=request.user, what=Undoable(what))
    said = _("Ticket %(number)s is as it was.") % {"number": ticket.number}
    return done(request, said)


def _changed(request: DeskRequest, public_id: UUID, what: Undoable) -> "Ticket":
    """The ticket, though it left one's sight by what is to be undone."""
    try:
        return ticket_for(request.user, public_id)
    except NotFound:
        return ticket_moved_away(request.user, public_id, what)


def undo_address(public_id: UUID, what: Undoable) -> str:
    """Return where one's own last change of this is taken back."""
    return reverse("inbox:undo", args=[public_id, what.value])


def _wrong(form: ResolveForm) -> str:
    if "reason" in form.errors:
        return _("Give the reason as one word: small letters, digits, _ and -.")
    return _("Choose what became of the question.")


def done(request: DeskRequest, said: str, undo: str = "") -> HttpResponse:
    """Say it with a way back, on the page where it was done."""
    messages.success(request, said, extra_tags=undo)
    return redirect(back(request))
