"""Lists beside the views: what filters leave, what words find, what was saved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from webcare.domain.search import Segment
from webcare.exceptions import Invalid
from webcare.inbox import filters as narrowing
from webcare.inbox.errors import sentence
from webcare.inbox.filters import Filters
from webcare.inbox.http import DeskRequest
from webcare.inbox.rows import ShownRow, shown
from webcare.queries.choices import choices_for
from webcare.queries.inbox import EPOCH, PAGE, dressed
from webcare.queries.pages import Mark
from webcare.queries.search import Place, search
from webcare.queries.ticket_lists import danger_of, ticket_page
from webcare.queries.views import Shown


class Found(NamedTuple):
    rows: list[ShownRow]
    next: str
    is_complete: bool = True
    problems: Sequence[str] = ()


def found_with(request: DeskRequest, filters: Filters) -> Found:
    """Return a page of what the reader may see of what these filters leave.

    Words are ranked, the best first; else live tickets of danger stand on top of the
    first page, and the rest is in the order asked for.
    """
    after = request.GET.get("after", "")
    if filters.problems:
        return Found([], "", problems=filters.problems)
    if filters.words:
        return _searched(request, filters, after)
    mark = _mark(after)
    rows, page = ticket_page(request.user, filters.wanted, filters.order, mark, PAGE)
    top = [row.number for row in danger_of(request.user, filters.wanted, PAGE)]
    rest = [row.number for row in rows if row.number not in top]
    return Found(_rows(rest if mark else top + rest), _mark_text(page.next))


def context_of(
    request: DeskRequest, filters: Filters, saved: Shown | None
) -> dict[str, Any]:
    """Return what the page shows beside the rows of `found_with`."""
    choices = choices_for(request.user)
    return {
        "filters": filters,
        "chips": narrowing.chips(filters, choices),
        "options": narrowing.options(choices),
        "orders": narrowing.ORDER_LABELS.items(),
        "saved": saved,
    }


def _searched(request: DeskRequest, filters: Filters, after: str) -> Found:
    wanted = filters.wanted.without_words()
    try:
        hits = search(request.user, filters.words, wanted, _place(after), PAGE)
    except Invalid as error:
        return Found([], "", problems=[sentence(error)])
    said = {
        hit.ticket: tuple(part for part in hit.snippet if part.text)
        for hit in hits.hits
    }
    return Found(_rows(list(said), said), _place_text(hits.next), hits.complete)


def _rows(
    numbers: list[int], said: dict[int, tuple[Segment, ...]] | None = None
) -> list[ShownRow]:
    now = timezone.now()
    snippets = said or {}
    return [shown(row, now, snippets.get(row.number, ())) for row in dressed(numbers)]


def _mark(text: str) -> Mark | None:
    at, _, pk = text.partition(".")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    if at == "":
        return Mark(None, int(pk))
    return Mark(_moment(at), int(pk)) if _is_number(at) else None


def _mark_text(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return f"{'' if mark.at is None else _microseconds(mark.at)}.{mark.id}"


def _place(text: str) -> Place | None:
    parts = text.split("_")
    if len(parts) != 4 or not all(_is_number(one) for one in (parts[0], *parts[1::2])):
        return None
    try:
        score = float(parts[2])
    except ValueError:
        return None
    return Place(int(parts[0]), _moment(parts[1]), score, int(parts[3]))


def _place_text(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place.ceiling}_{_microseconds(place.as_of)}_{place.score!r}_{place.entry}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 17


def _moment(microseconds: str) -> datetime:
    return (EPOCH + timedelta(microseconds=int(microseconds))).astimezone(UTC)


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
