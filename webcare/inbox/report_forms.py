"""What is asked of a report's page, and the calls of the API that answer it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from webcare.domain.report_periods import Stretch, Window, before, window
from webcare.domain.reports import Clock, Look, Wait
from webcare.inbox.report_shapes import Page

USUAL = Stretch.LAST_28_DAYS
_CHOICES = {"clock": Clock.values, "view": Look.values, "of": Wait.values}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see; what means nothing is as if it was not asked."""

    page: Page
    stretch: Stretch
    shown: Window
    before: Window | None
    by: str
    narrow: dict[str, str]  # queue, topic, channel, of, clock and view, where given
    first: date
    last: date


def read(page: Page, given: QueryDict, now: datetime) -> Asked:
    """Return what an address asks of a report as it is `now`."""
    zone = ZoneInfo(settings.DESK_TIME_ZONE)
    stretch = _one_of(Stretch, given.get("period", ""), USUAL)
    today = timezone.localtime(now, zone).date()
    chosen = (_day(given.get("first"), today), _day(given.get("last"), today))
    shown = window(stretch, now, zone, chosen)
    earlier = before(stretch, shown, zone) if given.get("compare") else None
    by = given.get("by", page.by[0])
    narrow: dict[str, str] = {
        name: str(given[name])
        for name in ("queue", "topic", "channel", "of", "clock", "view")
        if name in page.asks and given.get(name)
        if name not in _CHOICES or given[name] in _CHOICES[name]
    }
    return Asked(
        page,
        stretch,
        shown,
        earlier,
        by if by in page.by else page.by[0],
        narrow,
        *sorted(chosen),
    )


def calls(asked: Asked) -> dict[str, str]:
    """Return the address of each call: now, before, and of all in one line."""
    whole = asked.page.total_by
    found = {"lines": _call(asked, asked.shown, asked.by)}
    if asked.page.told:
        found["whole"] = _call(asked, asked.shown, whole)
    if asked.before:
        found["lines_before"] = _call(asked, asked.before, asked.by)
        if asked.page.told:
            found["whole_before"] = _call(asked, asked.before, whole)
    return found


def exports(asked: Asked) -> list[tuple[str, str]]:
    """Return each form in which the lines can be had as a file, and its address."""
    lines = _call(asked, asked.shown, asked.by)
    return [(form, f"{lines}&format={form}") for form in asked.page.formats]


def _call(asked: Asked, shown: Window, by: str) -> str:
    query = dict(asked.narrow)
    if "moment" not in asked.page.asks or by == "day":
        query["from"] = _stamp(shown.start)
    query["to"] = _stamp(shown.end)
    if by and "no_by" not in asked.page.asks:
        query["by"] = by
    return f"{reverse(asked.page.api)}?{urlencode(query)}"


def _one_of(choices: type[Stretch], value: str, usual: Stretch) -> Stretch:
    return choices(value) if value in choices.values else usual


def _day(text: str | None, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return day if date(2000, 1, 1) <= day <= date(2100, 1, 1) else otherwise


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
