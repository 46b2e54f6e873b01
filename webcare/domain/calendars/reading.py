"""Reads a calendar's definition, and says of each path what is wrong with it."""

import re
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from webcare.domain.automation.values import Errors, text
from webcare.domain.calendars.definitions import (
    DAY,
    WEEKDAYS,
    Definition,
    Exceptional,
    Holiday,
    Hours,
)
from webcare.exceptions import Invalid

MOST_HOURS = 12  # of one day
MOST_HOLIDAYS = 1_000
MOST_EXTRAS = 1_000
FIRST_YEAR, LAST_YEAR = 1990, 2099
_ZONE = re.compile(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::00)?")


def read_definition(given: Any) -> Definition:
    """Check a definition. Raises Invalid with a sentence for each path at fault."""
    errors: Errors = {}
    body = given if isinstance(given, dict) else {}
    for name in set(body) - {"time_zone", "week", "holidays", "extras"}:
        errors[str(name)] = _("There is no such field.")
    definition = Definition(
        _zone(body.get("time_zone"), errors),
        _week(body.get("week", {}), errors),
        _holidays(body.get("holidays", []), errors),
        _extras(body.get("extras", []), errors),
    )
    if errors:
        raise Invalid(**errors)
    return definition


def _zone(given: Any, errors: Errors) -> str:
    try:
        if isinstance(given, str) and _ZONE.fullmatch(given):
            return ZoneInfo(given).key
    except (KeyError, ValueError, OSError):
        pass
    errors["time_zone"] = _("Send the name of a time zone, like Europe/Amsterdam.")
    return "UTC"


def _week(given: Any, errors: Errors) -> tuple[tuple[Hours, ...], ...]:
    if not isinstance(given, dict) or set(given) - set(WEEKDAYS):
        errors["week"] = _("Send hours for: %s.") % ", ".join(WEEKDAYS)
        return ((),) * len(WEEKDAYS)
    week = tuple(
        _hours(given.get(name, []), f"week.{name}", errors) for name in WEEKDAYS
    )
    for number, (name, before) in enumerate(zip(WEEKDAYS, week, strict=True)):
        after = week[(number + 1) % len(week)]
        if before and after and before[-1].until - DAY > after[0].begin:
            errors.setdefault(
                f"week.{name}",
                _("These hours go on into those of the next day: let them touch."),
            )
    return week


def _hours(given: Any, path: str, errors: Errors) -> tuple[Hours, ...]:
    """Hours of one day in their order, apart from each other."""
    if not isinstance(given, list) or len(given) > MOST_HOURS:
        errors[path] = _("Send at most %d spans of hours.") % MOST_HOURS
        return ()
    read = [_span(one, f"{path}.{number}", errors) for number, one in enumerate(given)]
    hours = sorted(one for one in read if one)
    if any(
        one.until > other.begin for one, other in zip(hours, hours[1:], strict=False)
    ):
        errors.setdefault(path, _("These hours overlap: let them touch at most."))
    return tuple(hours)


def _span(given: Any, path: str, errors: Errors) -> Hours | None:
    """Hours that end at or before their beginning end on the next day."""
    body = given if isinstance(given, dict) else {}
    begin, until = _minutes(body.get("from")), _minutes(body.get("until"))
    if begin is None or until is None or begin == DAY or len(body) != 2:
        errors[path] = _("Write times like 09:00 and 17:30; the last may be 24:00.")
        return None
    if begin == until:
        errors[path] = _("These hours are empty: a whole day is 00:00 until 24:00.")
        return None
    return Hours(begin, until if until > begin else until + DAY)


def _minutes(given: Any) -> int | None:
    if not isinstance(given, str) or not _CLOCK.fullmatch(given):
        return None
    return int(given[:2]) * 60 + int(given[3:])


def _holidays(given: Any, errors: Errors) -> tuple[Holiday, ...]:
    if not isinstance(given, list) or len(given) > MOST_HOLIDAYS:
        errors["holidays"] = _("Send a list of at most %d holidays.") % MOST_HOLIDAYS
        return ()
    read = [
        _holiday(one, f"holidays.{number}", errors) for number, one in enumerate(given)
    ]
    found = sorted(one for one in read if one)
    for one, other in pairwise(found):
        if one.day == other.day:
            errors["holidays"] = _("Name each date once: %s.") % one.day
    return tuple(found)


def _holiday(given: Any, path: str, errors: Errors) -> Holiday | None:
    body = _body(given, {"date", "name", "hours"}, path, errors)
    hours = _hours(body.get("hours", []), f"{path}.hours", errors)
    day = _date(body.get("date"))
    if day is None:
        errors[f"{path}.date"] = _("Send a date like 2026-04-27.")
    name = _text(body.get("name"), f"{path}.name", errors)
    return Holiday(day, name, hours) if day else None


def _extras(given: Any, errors: Errors) -> tuple[Exceptional, ...]:
    if not isinstance(given, list) or len(given) > MOST_EXTRAS:
        errors["extras"] = _("Send a list of at most %d extras.") % MOST_EXTRAS
        return ()
    read = [_extra(one, f"extras.{number}", errors) for number, one in enumerate(given)]
    return tuple(one for one in read if one)


def _extra(given: Any, path: str, errors: Errors) -> Exceptional | None:
    body = _body(given, {"open", "from", "until", "reason"}, path, errors)
    is_open = body.get("open")
    if not isinstance(is_open, bool):
        errors[f"{path}.open"] = _("Send true or false.")
    reason = _text(body.get("reason"), f"{path}.reason", errors)
    begin, until = _moment(body.get("from")), _moment(body.get("until"))
    for name, moment in (("from", begin), ("until", until)):
        if moment is None:
            errors[f"{path}.{name}"] = _(
                "Send a time on the wall there, like 2026-03-01T22:00."
            )
    if begin is None or until is None:
        return None
    if until <= begin:
        errors[f"{path}.until"] = _("This ends before it begins.")
    return Exceptional(bool(is_open), begin, until, reason)


def _body(given: Any, known: set[str], path: str, errors: Errors) -> dict[str, Any]:
    body = given if isinstance(given, dict) else {}
    for name in set(body) - known:
        errors[f"{path}.{name}"] = _("There is no such field.")
    return body


def _text(given: Any, path: str, errors: Errors) -> str:
    try:
        return text(given)
    except ValueError as error:
        errors[path] = str(error)
        return ""


def _date(given: Any) -> date | None:
    try:
        found = date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _moment(given: Any) -> datetime | None:
    if not isinstance(given, str) or not _MOMENT.fullmatch(given):
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
