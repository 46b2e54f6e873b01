"""How long something took, counted in the open hours of the queue it was in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from webcare.domain.calendars import ALWAYS, Calendar
from webcare.queries.calendars import compiled

# What a queue's calendar says now, for statements that name the queue: its own, else
# the desk's; null where there is none, and the queue is open always.
CALENDAR_OF = """(
    SELECT v.id FROM webcare_calendarversion v
     WHERE v.calendar_id = coalesce(
               (SELECT calendar_id FROM webcare_queue WHERE id = {queue}),
               (SELECT id FROM webcare_calendar WHERE is_default))
     ORDER BY v.number DESC LIMIT 1)"""


class Lasted(NamedTuple):
    """From one instant to another, under one version of a calendar."""

    calendar: int | None
    start: datetime
    end: datetime


class Length(NamedTuple):
    """Whole business seconds, and whether the queue was open at the end."""

    seconds: int
    in_hours: bool


def business_seconds(lasted: Sequence[Lasted]) -> list[Length]:
    """Return how much of each was in open hours; one that ends before it starts took
    no time. Calendars that this process has not met are read in one statement.
    """
    calendars = compiled({one.calendar for one in lasted if one.calendar})
    return [
        Length(_open_seconds(hours, one), hours.is_open(one.end))
        for one in lasted
        for hours in [calendars[one.calendar] if one.calendar else ALWAYS]
    ]


def _open_seconds(hours: Calendar, one: Lasted) -> int:
    """Fractions are cut off as of calendar seconds, so that there are never more."""
    whole = max(0, (one.end - one.start) // timedelta(seconds=1))
    if hours is ALWAYS:
        return whole
    return min(whole, hours.open_seconds(one.start, one.end))
