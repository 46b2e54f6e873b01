"""One ticket: its timeline, the card beside it, and the composer below."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from webcare.actions.attachments import LONGEST_ALT, types_taken
from webcare.domain.lifecycle import MOVES, Status
from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Permission
from webcare.domain.personal import personal_in
from webcare.domain.undo import Undoable
from webcare.inbox import durations
from webcare.inbox.entries import shown_entries
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.moments import moments
from webcare.inbox.more import offered
from webcare.inbox.reasons import (
    SENTIMENTS,
    may_be_danger,
    queue_reason,
    sentiment_shown,
    topic_reason,
)
from webcare.inbox.rows import clock_look
from webcare.inbox.statuses import LIGHTS, PRIORITIES, STATUSES, Look
from webcare.inbox.tickets import views_with
from webcare.queries.cards import Card, Clock, card_of
from webcare.queries.people import Rights
from webcare.queries.tickets import Seen, ticket_for
from webcare.queries.timelines import Mark, Timeline, timeline_of
from webcare.queries.ways import ways_of

if TYPE_CHECKING:
    from webcare.models import Ticket

MINUTE = 60
PARKED = {Status.PENDING, Status.ON_HOLD, Status.SNOOZED}


@desk
@require_GET
def ticket(request: DeskRequest, public_id: UUID) -> HttpResponse:
    return ticket_page(request, public_id)


@desk
@require_GET
def ticket_live(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """204 while the ticket is what the page shows already, else its parts anew."""
    context = _context(request, public_id)
    if context["tag"] == request.GET.get("shown"):
        return HttpResponse(status=204)
    return render(request, "webcare/inbox/_ticket_live.html", context)


def ticket_page(
    request: DeskRequest, public_id: UUID, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Return the page; `more` is a draft to keep and what was wrong with it."""
    context = _context(request, public_id)
    context |= {"draft": context["card"].draft, "key": uuid4()} | more
    if context["goes"] == "public":
        context["personal"] = personal_in(context["draft"])
    return render(request, "webcare/inbox/ticket.html", context, status=status)


def _context(request: DeskRequest, public_id: UUID) -> dict[str, Any]:
    user = request.user
    rights = Rights.of(user)
    ticket = ticket_for(user, public_id, rights)
    timeline = timeline_of(ticket, Mark.parse(request.GET.get("before", "")))
    again = _uuid(request.GET.get("again", ""))
    sets_up = rights.allow(Permission.SET_UP)
    card = card_of(ticket, user, again, rights=rights, sets_up=sets_up)
    ways = ways_of(ticket, card.beside.ways)
    now = timezone.now()
    may_work = rights.allow(Permission.WORK_TICKETS, ticket.queue_id)
    return {
        "ticket": ticket,
        "desk": card,
        "views": views_with(None),
        "author": _author(ticket),
        "channel": ticket.channel.name,
        "card": card,
        "entries": shown_entries(timeline.entries),
        "earlier": timeline.earlier,
        "status": STATUSES[ticket.status],
        "priority": PRIORITIES[ticket.priority],
        "clocks": [_clock(clock, now) for clock in card.clocks],
        "topic_reason": topic_reason(
            ticket.topic_by,
            ticket.topic_confidence,
            card.classified,
            card.topic_names,
        ),
        "queue_reason": queue_reason(card.routed),
        "sentiment": sentiment_shown(card.reading),
        "sentiments": SENTIMENTS,
        "may_be_danger": may_be_danger(card.reading) and not ticket.is_danger,
        "may_approve": rights.allow(Permission.APPROVE_REPLIES, ticket.queue_id),
        "outcomes": Resolution.choices,
        "may_work": may_work,
        # Who answers it may hand it over or give it back; who leads, anybody's.
        "may_release": ticket.agent_id == user.pk
        or rights.allow(Permission.STEER_QUEUES, ticket.queue_id),
        "may_hear": rights.allow(Permission.ACKNOWLEDGE_ALARMS, ticket.queue_id),
        "may_clear": rights.allow(Permission.CLEAR_DANGER, ticket.queue_id),
        "rings": _rings(card),
        "more": offered(ticket, rights),
        "may_reopen": Status.OPEN in MOVES[Status(ticket.status)],
        "takes": ",".join(types_taken(ticket.channel.files)),
        "longest_alt": LONGEST_ALT,
        "ways": ways,
        "goes": ways.chosen(request.POST.get("visibility", "")),
        "is_parked": ticket.status in PARKED,
        "moments": moments(now),
        "priorities": PRIORITIES.items(),
        "undo_priority": _undo_priority(ticket),
        "written_on": _written_on(card),
        "macro_labels": _macro_labels(),
        "now": now,
        "tag": _tag(timeline, card, ticket.version),
    }


def _rings(card: Card) -> bool:
    alarm = card.beside.alarm
    return alarm is not None and alarm.what == "alarm_raised"


@dataclass(frozen=True, slots=True)
class ShownClock:
    """One promise on the card, running or kept or broken."""

    promise: str
    look: Look
    words: str
    due_at: datetime | None
    is_running: bool


def _clock(clock: Clock, now: datetime) -> ShownClock:
    words = _("held up")
    if clock.due_at:
        words = clock_look(clock.due_at, clock.warns_at, now).words
    if clock.stopped_at:
        took = (clock.stopped_at - clock.started_at).total_seconds()
        words = _("took %(time)s") % {"time": durations.in_words(took)}
    look = LIGHTS[clock.light(now)]
    return ShownClock(clock.label, look, words, clock.due_at, not clock.stopped_at)


def _written_on(card: Card) -> Seen:
    """What stood before the reader when they began to write, or now."""
    begun = card.beside.begun
    return (Seen.parse(begun.seen) if begun and not card.taken_back else None) or (
        card.seen
    )


def _undo_priority(ticket: "Ticket") -> str:
    """What takes a change of priority back; the log does not have its reason."""
    return json.dumps(
        {"what": Undoable.PRIORITY.value, "reason": ticket.priority_reason}
    )


def _macro_labels() -> str:
    """What a macro can change, in words, for the script that shows it."""
    return json.dumps(
        {
            "then": _("status"),
            "priority": _("priority"),
            "topic": _("topic"),
            "queue": _("queue"),
            "agent": _("agent"),
            "tags": _("tags"),
            "answers": _("fields"),
        }
    )


def _author(ticket: "Ticket") -> str:
    """The author, by the name we have."""
    author = ticket.author
    return author.name or author.handle or author.external_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tag(timeline: Timeline, card: Card, version: int) -> str:
    minute = int(timezone.now().timestamp()) // MINUTE
    # One's own words and files are no news.
    beside = replace(card.beside, begun=None, begun_note="", ready=[])
    facts = repr((timeline, card.clocks, card.seen, beside, version, minute))
    return blake2b(facts.encode(), digest_size=12).hexdigest()
