"""The board of who leads: what waits, what is nearly late, and who can take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.lifecycle import Status
from webcare.domain.permissions import Permission
from webcare.inbox import durations
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.rows import ClockLook, clock_look
from webcare.queries.crew import Hand, crew
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights
from webcare.queries.ticket_filters import Wanted
from webcare.queries.ticket_lists import TicketRow, danger_of, ticket_page
from webcare.queries.wall import Standing, Wall, wall

MOST = 12  # tickets in a list of the board
_OPEN = (Status.NEW.value, Status.OPEN.value)
# Between the edges of WAITING_AGES.
AGES = (
    _("up to 15 min"),
    _("up to an hour"),
    _("up to 4 hours"),
    _("up to a day"),
    _("longer than a day"),
)


class Band(NamedTuple):
    """Those who have waited so long; `tone` grows with it."""

    label: str
    tickets: int
    tone: int


@dataclass(frozen=True, slots=True)
class QueueLine:
    standing: Standing
    bands: tuple[Band, ...]
    oldest: str
    expected: str


@dataclass(frozen=True, slots=True)
class Card:
    row: TicketRow
    waiting: str
    clock: ClockLook | None

    @property
    def says(self) -> str:
        """The author, by the name we have."""
        return self.row.author_name or self.row.author_handle or f"#{self.row.number}"


@dataclass(frozen=True, slots=True)
class HandLine:
    hand: Hand
    percent: int
    waiting: str


@desk
@require_GET
def board(request: DeskRequest) -> HttpResponse:
    rights = Rights.of(request.user)
    shown = _shown(request, rights)
    own = {"desk": desk_of(request.user, rights), "curve": _curve(shown["wall"])}
    return render(request, "webcare/board/board.html", shown | own)


@desk
@require_GET
def board_live(request: DeskRequest) -> HttpResponse:
    """The parts of the board as they are now."""
    shown = _shown(request, Rights.of(request.user))
    return render(request, "webcare/board/_parts.html", shown)


def _shown(request: DeskRequest, rights: Rights) -> dict[str, Any]:
    if not rights.where(Permission.SEE_REPORTS):
        raise PermissionDenied
    figures = wall(request.user)
    hands = crew(request.user)
    danger = danger_of(request.user, Wanted(status=_OPEN), MOST)
    return {
        "wall": figures,
        "total": _line(figures.total, figures.at),
        "queues": [_line(one, figures.at) for one in figures.queues],
        "hands": hands and [_hand(one, figures.at) for one in hands],
        "due": _cards(request, "due", figures.at, danger),
        "longest": _cards(request, "waiting", figures.at, danger),
        "may_steer": bool(rights.where(Permission.STEER_QUEUES)),
    }


def _line(standing: Standing, now: datetime) -> QueueLine:
    since = standing.oldest and standing.oldest.since
    expected = standing.expected_seconds
    return QueueLine(
        standing,
        _bands(standing.ages),
        durations.in_words((now - since).total_seconds()) if since else "",
        "" if expected is None else durations.in_words(expected),
    )


def _bands(ages: Sequence[int]) -> tuple[Band, ...]:
    return tuple(
        Band(str(label), tickets, tone)
        for tone, (label, tickets) in enumerate(zip(AGES, ages, strict=True), start=1)
    )


def _cards(
    request: DeskRequest, order: str, now: datetime, danger: Sequence[TicketRow]
) -> list[Card]:
    """Danger, then the first in this order, without those that have no time in it."""
    wanted = Wanted(status=_OPEN)
    rows, _page = ticket_page(request.user, wanted, order, None, MOST)
    rest = [row for row in rows if row.key is not None and not row.is_danger]
    return [_card(row, now) for row in [*danger, *rest][:MOST]]


def _card(row: TicketRow, now: datetime) -> Card:
    since = row.waiting_since
    return Card(
        row,
        durations.in_words((now - since).total_seconds()) if since else "",
        clock_look(row.due_at, None, now) if row.due_at else None,
    )


def _hand(hand: Hand, now: datetime) -> HandLine:
    full = round(100 * hand.load / hand.capacity) if hand.capacity else 0
    since = hand.waiting_since
    return HandLine(
        hand,
        min(100, full),
        durations.in_words((now - since).total_seconds()) if since else "",
    )


def _curve(figures: Wall) -> dict[str, str]:
    """Where the script asks for volume per hour: today, and on a day like it."""
    began = timezone.localtime(figures.day_began_at)
    return {
        "today": _volume(began),
        "usual": reverse("api:report-usual-day"),
        "hour": f"{timezone.localtime(figures.at):%H}",
    }


def _volume(start: datetime) -> str:
    asked = {"from": start.isoformat(), "by": "hour"}
    return f"{reverse('api:report-volume')}?{urlencode(asked)}"
