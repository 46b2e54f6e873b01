"""Dates as people and tools write them; which number is the day is told apart."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DayOrder(TextChoices):
    DAY_FIRST = "day_first", _("Day first: 31-12-2026")
    MONTH_FIRST = "month_first", _("Month first: 12/31/2026")


class Unreadable(ValueError):
    """This is no date."""


class Order(NamedTuple):
    """What some dates tell; `is_sure` is whether any of them told it."""

    order: DayOrder
    is_sure: bool


_NUMBERS = re.compile(
    r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?)?$",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb februari february", "mrt maart mar march",
            "apr april", "mei may", "jun juni june", "jul juli july",
            "aug augustus august", "sep sept september", "okt oktober oct october",
            "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_WORDS = re.compile(
    r"^(?:\w+,?\s+)??(\d{1,2})[\s-]+([a-z]{3,9})\.?[\s-]+(\d{4})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"^\d{10}(\d{3})?$")


def moment(text: str, order: DayOrder, zone: tzinfo) -> datetime:
    """Return the instant that `text` names, in `zone` unless it says where.

    A year in front is read as ISO 8601, whatever `order` says. Raises Unreadable.
    """
    given = text.strip()
    for read in (_iso, _epoch, _named):
        if found := read(given):
            return found if found.tzinfo else found.replace(tzinfo=zone)
    return _numbered(given, order).replace(tzinfo=zone)


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if text.endswith(" UTC") else found


def _epoch(text: str) -> datetime | None:
    if not _SECONDS.match(text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _named(text: str) -> datetime | None:
    found = _WORDS.match(text)
    if not found or found[2].lower() not in _MONTHS:
        return None
    day, month, year = int(found[1]), _MONTHS[found[2].lower()], int(found[3])
    return _made(year, month, day, found[4], found[5], found[6])


def _numbered(text: str, order: DayOrder) -> datetime:
    found = _NUMBERS.match(text)
    if not found:
        raise Unreadable(text)
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (one, two) if order == DayOrder.DAY_FIRST else (two, one)
    hour = _hour(found[4], found[7])
    return _made(year + 2000 * (year < 100), month, day, hour, found[5], found[6])


def _hour(hour: str | None, half: str | None) -> str | None:
    if hour is None or half is None:
        return hour
    return str(int(hour) % 12 + 12 * (half[0] in "pP"))


def _made(
    year: int,
    month: int,
    day: int,
    hour: str | None,
    minute: str | None,
    second: str | None,
) -> datetime:
    try:
        return datetime(  # noqa: DTZ001 (its zone is told by who asks)
            year, month, day, int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError as error:
        raise Unreadable(str(day)) from error


def order_of(dates: Iterable[str]) -> Order:
    """Return which number is the day, as far as some dates tell; else it is first."""
    found = [match for one in dates if (match := _NUMBERS.match(one.strip()))]
    if any(int(one[1]) > 12 for one in found):
        return Order(DayOrder.DAY_FIRST, True)
    if any(int(one[2]) > 12 for one in found):
        return Order(DayOrder.MONTH_FIRST, True)
    return Order(DayOrder.DAY_FIRST, not found)
