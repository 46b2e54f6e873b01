"""Closed days from a calendar in the iCalendar format (RFC 5545).

All-day events of one day become holidays, all others extra closures. Whoever wrote
the file is not trusted: how much is read and how often something repeats is bounded.
The libraries are imported when a file comes: no process carries them for nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from webcare.domain.automation.values import LONGEST_NAME
from webcare.domain.calendars.definitions import Definition, Exceptional, Holiday
from webcare.domain.calendars.reading import FIRST_YEAR
from webcare.exceptions import Invalid

LONGEST = 500_000  # characters
MOST_EVENTS = 1_000
YEARS_AHEAD = 3
# Rules of these shapes do come round again: others could be looked for without end.
REPEATS: dict[str, frozenset[str]] = {
    "DAILY": frozenset(),
    "WEEKLY": frozenset({"BYDAY", "WKST"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "WKST"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"}),
}
_ALWAYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL"})
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}
MOST_ROUNDS = 40_000  # of all rules together, counted from their beginnings
_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MINUTE = timedelta(minutes=1)


class Refused(NamedTuple):
    """An event that cannot be taken over: where it stands in the file, and why."""

    line: int
    summary: str
    reason: str


@dataclass
class Found:
    """What a file says, in the order of the calendar."""

    holidays: list[Holiday] = field(default_factory=list)
    extras: list[Exceptional] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    already_there: int = 0


class _Unreadable(ValueError):
    """Why an event cannot be taken over, in words for people."""


@dataclass
class _Event:
    line: int
    parts: list[Any]  # the event, and what takes the place of single repetitions

    @property
    def summary(self) -> str:
        return _summary(self.parts[0])


def read_ical(text: str, definition: Definition, today: date) -> Found:
    """Return the closed days of a file that `definition` does not have yet.

    Looked at are this year and the two after it. A holiday that is there already
    stays as it is; so do extras. Raises Invalid when it is no calendar at all.
    """
    zone = ZoneInfo(definition.time_zone)
    first = date(today.year, 1, 1)
    last = date(today.year + YEARS_AHEAD, 1, 1)
    found, rounds = Found(), 0
    known = {one.day for one in definition.holidays}
    extras = set(definition.extras)
    for event in _events(text):
        try:
            rounds += _check(event, last)
            if rounds > MOST_ROUNDS:
                raise _Unreadable(_("All that repeats here repeats too often."))
            closed = list(_closures(event, zone, first, last))
        except Exception as error:  # whatever a library meets in a foreign file
            is_ours = isinstance(error, _Unreadable)
            reason = str(error) if is_ours else _("This event cannot be read.")
            found.refused.append(Refused(event.line, event.summary, reason))
            continue
        for one in closed:
            _keep(found, one, known, extras)
    found.holidays.sort()
    found.extras.sort(key=lambda one: one.begin)
    return found


def merged(definition: Definition, found: Found) -> Definition:
    """Return `definition` with what was found.

    Its own extras are listed after those: an opening that somebody planned wins.
    """
    return Definition(
        definition.time_zone,
        definition.week,
        tuple(sorted((*definition.holidays, *found.holidays))),
        (*found.extras, *definition.extras),
    )


def _keep(
    found: Found,
    closed: Holiday | Exceptional,
    known: set[date],
    extras: set[Exceptional],
) -> None:
    if isinstance(closed, Holiday):
        if closed.day not in known:
            known.add(closed.day)
            found.holidays.append(closed)
            return
    elif closed not in extras:
        extras.add(closed)
        found.extras.append(closed)
        return
    found.already_there += 1


def _events(text: str) -> list[_Event]:
    """The events of a file, repetitions that were changed beside their own."""
    if len(text) > LONGEST:
        raise Invalid(ical=_("Send at most %d characters.") % LONGEST)
    try:
        calendars = import_module("icalendar").Calendar.from_ical(text, multiple=True)
        events = [one for each in calendars for one in each.walk("VEVENT")]
    except Exception as error:  # whatever a library meets in a foreign file
        raise Invalid(ical=_("This is no calendar in the iCalendar format.")) from error
    if not events or len(events) > MOST_EVENTS:
        raise Invalid(ical=_("Send a calendar with 1 to %d events.") % MOST_EVENTS)
    return list(_grouped(events, _lines(text)))


def _lines(text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().upper() == "BEGIN:VEVENT":
            yield number


def _grouped(events: Iterable[Any], lines: Iterator[int]) -> Iterable[_Event]:
    by_uid: dict[str, _Event] = {}
    for number, event in enumerate(events):
        line = next(lines, 0)
        uid = str(event.get("UID") or f"\0{number}")
        if uid not in by_uid:
            by_uid[uid] = _Event(line, [])
        place = len(by_uid[uid].parts) if event.get("RECURRENCE-ID") else 0
        by_uid[uid].parts.insert(place, event)
    return by_uid.values()


def _check(event: _Event, last: date) -> int:
    """Return how often its rule comes round until `last`. Raises _Unreadable."""
    rounds = 0
    for part in event.parts:
        if part.errors:
            name, reason = part.errors[0]
            raise _Unreadable(f"{name or '?'}: {str(reason)[:200]}")
        start, end = _bounds(part)
        if start.year < FIRST_YEAR:
            raise _Unreadable(_("Begin in %d or later.") % FIRST_YEAR)
        if end is not None and end < start:
            raise _Unreadable(_("This ends before it begins."))
        if "EXRULE" in part or isinstance(part.get("RRULE"), list):
            raise _Unreadable(_not_understood())
        if rule := part.get("RRULE"):
            rounds += _rounds(rule, (last - start.date()).days)
    return rounds


def _bounds(part: Any) -> tuple[datetime, datetime | None]:
    """When it begins and ends, without their zones, to compare."""
    for name in ("DTSTART", "DTEND"):
        given = part.get(name)
        zone = given.params.get("TZID") if given is not None else None
        if zone and not _has_zone(given.dt):
            raise _Unreadable(_("This time zone is not known: %s.") % zone)
    if part.get("DTSTART") is None:
        raise _Unreadable(_("It has no beginning."))
    start, end = part["DTSTART"].dt, part.get("DTEND")
    return _plain(start), end and _plain(end.dt)


def _has_zone(moment: date) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None


def _plain(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _rounds(rule: Any, days: int) -> int:
    """Count, roughly, and refuse rules that might never come round."""
    kind = str(rule.get("FREQ", [""])[0])
    beside = set(rule) - _ALWAYS
    interval = int(rule.get("INTERVAL", [1])[0])
    if kind not in REPEATS or beside - REPEATS[kind] or interval < 1:
        raise _Unreadable(_not_understood())
    if kind in ("MONTHLY", "YEARLY") and beside and not _comes_round(rule, interval):
        raise _Unreadable(_not_understood())
    return max(days, 0) // (_DAYS[kind] * interval) + 1


def _comes_round(rule: Any, interval: int) -> bool:
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY", ())]
    months = [int(month) for month in rule.get("BYMONTH", range(1, 13))]
    weeks = [abs(day.relative or 0) for day in rule.get("BYDAY", ())]
    if any(not 1 <= month <= 12 for month in months) or any(w > 5 for w in weeks):
        return False
    if interval > 1 and (days or weeks):
        return all(day <= 28 for day in days) and not (days and weeks)
    longest = max(_MONTHS[month - 1] for month in months)
    return all(1 <= day <= longest for day in days)


def _not_understood() -> str:
    return _("It repeats in a way that is not understood: give its dates apart.")


def _closures(
    event: _Event, zone: ZoneInfo, first: date, last: date
) -> Iterator[Holiday | Exceptional]:
    """Each time that it happens between these dates, in wall times of `zone`."""
    alone = import_module("icalendar").Calendar()
    for part in event.parts:
        alone.add_component(part)
    times = import_module("recurring_ical_events").of(alone).between(first, last)
    for one in times:
        if str(one.get("STATUS", "")).upper() != "CANCELLED":
            yield _closure(one.start, one.end, _summary(one), zone)


def _closure(
    start: date, end: date, name: str, zone: ZoneInfo
) -> Holiday | Exceptional:
    if not isinstance(start, datetime) and end - start <= timedelta(days=1):
        return Holiday(start, name)
    begin, until = _wall(start, zone), _wall(end, zone)
    begin -= timedelta(seconds=begin.second, microseconds=begin.microsecond)
    if until.second or until.microsecond:
        until += _MINUTE - timedelta(
            seconds=until.second, microseconds=until.microsecond
        )
    if until <= begin:
        raise _Unreadable(_("It has no length."))
    return Exceptional(False, begin, until, name)


def _wall(moment: date, zone: ZoneInfo) -> datetime:
    """A time without a zone is meant where the desk is."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(zone).replace(tzinfo=None)


def _summary(part: Any) -> str:
    words = "".join(
        sign if sign.isprintable() else " " for sign in str(part.get("SUMMARY") or "")
    )
    return words.strip()[:LONGEST_NAME].strip() or _("Closed")
