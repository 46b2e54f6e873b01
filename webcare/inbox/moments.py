"""When a ticket is to come back: the moments that people choose most."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

MORNING = time(9)
AFTERNOON = time(14)


class Moment(NamedTuple):
    label: str
    at: datetime


def moments(now: datetime) -> list[Moment]:
    """Return moments after `now`, in the desk's own time, the nearest first."""
    today = timezone.localtime(now).date()
    monday = today + timedelta(days=7 - today.weekday())
    choices = [
        Moment(_("In an hour"), now + timedelta(hours=1)),
        Moment(_("This afternoon"), _at(today, AFTERNOON)),
        Moment(_("Tomorrow morning"), _at(today + timedelta(days=1), MORNING)),
        Moment(_("Monday morning"), _at(monday, MORNING)),
    ]
    later = [one for one in choices if one.at >= now + timedelta(hours=1)]
    by_time = {one.at: one for one in reversed(later)}
    return [by_time[at] for at in sorted(by_time)]


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
