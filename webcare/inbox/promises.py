"""Why a ticket is late, or is not: each promise on it, stretch by stretch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.calendars.definitions import Why
from webcare.domain.clocks import Counted, Light, is_late
from webcare.domain.outcomes import Promise
from webcare.inbox import durations
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.statuses import LIGHTS, STATUSES, Look
from webcare.inbox.tickets import views_with
from webcare.queries.clocks import ClockRow, Explained, explain
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights
from webcare.queries.tickets import ticket_for

MOST = 100  # stretches shown of one promise, the newest
# What a calendar says of a stretch that counted, and of one that did not.
OPEN: Mapping[str, str | Lazy] = {
    Why.HOURS: _("open"),
    Why.OPENING: _("open for once"),
}
CLOSED: Mapping[str, str | Lazy] = {
    Why.HOURS: _("closed"),
    Why.HOLIDAY: _("a holiday"),
    Why.CLOSURE: _("closed for once"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    span: Counted
    lasts: str
    why: str | Lazy


@dataclass(frozen=True, slots=True)
class Told:
    """One promise, how it stands, and every stretch since it was made."""

    clock: Explained
    promise: str
    look: Look
    within: str
    spent: str
    stretches: list[Stretch]
    earlier: int


@desk
@require_GET
def promises(request: DeskRequest, public_id: UUID) -> HttpResponse:
    rights = Rights.of(request.user)
    ticket = ticket_for(request.user, public_id, rights)
    context = {
        "ticket": ticket,
        "desk": desk_of(request.user, rights),
        "views": views_with(None),
        "told": _all_told(explain(request.user, public_id)),
    }
    return render(request, "webcare/inbox/promises.html", context)


def _all_told(clocks: Sequence[Explained]) -> list[Told]:
    """First responses first, whatever began at the same moment."""
    order = Promise.values.index
    return [
        _told(one) for one in sorted(clocks, key=lambda one: order(one.row.promise))
    ]


def _told(clock: Explained) -> Told:
    row = clock.row
    return Told(
        clock,
        str(Promise(row.promise).label),
        _look(row),
        durations.in_words(row.target_seconds),
        durations.in_words(clock.spent_seconds),
        [_stretch(span) for span in clock.spans[-MOST:]],
        max(0, len(clock.spans) - MOST),
    )


def _look(row: ClockRow) -> Look:
    """What was broken once stays so."""
    ended = row.stopped_at or timezone.now()
    late = row.breached_at or (row.due_at and is_late(row.due_at, ended))
    return LIGHTS[Light.RED if late else Light.GREEN]


def _stretch(span: Counted) -> Stretch:
    lasts = durations.in_words((span.end - span.start).total_seconds())
    if status := STATUSES.get(span.why):
        return Stretch(span, lasts, status.word)
    words = OPEN if span.counted else CLOSED
    return Stretch(span, lasts, words.get(span.why, span.why))
