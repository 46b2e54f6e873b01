"""A calendar as data: when a desk is open, in the wall times of one place."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

DAY = 24 * 60  # minutes on the wall
WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Why(TextChoices):
    """What made a stretch of time open or closed."""

    HOURS = "hours", _("Opening hours")
    HOLIDAY = "holiday", _("Holiday")
    OPENING = "opening", _("Extra opening")
    CLOSURE = "closure", _("Extra closure")


class Hours(NamedTuple):
    """Open hours of one day, in minutes on the wall after its midnight.

    `until` goes past 24 hours for what ends on the next day; it is not open itself.
    """

    begin: int
    until: int

    def as_data(self) -> dict[str, str]:
        wraps = self.until > DAY or (self.until == DAY and self.begin > 0)
        return {
            "from": _clock(self.begin),
            "until": _clock(self.until - DAY if wraps else self.until),
        }


class Holiday(NamedTuple):
    """A date with its own hours in the place of the weekday's; none is closed."""

    day: date
    name: str
    hours: tuple[Hours, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "date": self.day.isoformat(),
            "name": self.name,
            "hours": [one.as_data() for one in self.hours],
        }


class Exceptional(NamedTuple):
    """An extra opening or closure, between two wall times: it beats all the rest."""

    is_open: bool
    begin: datetime
    until: datetime
    reason: str

    def as_data(self) -> dict[str, Any]:
        return {
            "open": self.is_open,
            "from": self.begin.isoformat(timespec="minutes"),
            "until": self.until.isoformat(timespec="minutes"),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Definition:
    """What decides whether a desk is open, from weak to strong.

    `week` has the hours of Monday to Sunday, and hours belong to the day on which
    they begin, also when they go past midnight. A holiday takes the place of the
    hours that begin on its date. Extras come last; of two extras at one moment the
    one that is listed later decides.
    """

    time_zone: str
    week: tuple[tuple[Hours, ...], ...]
    holidays: tuple[Holiday, ...] = ()
    extras: tuple[Exceptional, ...] = ()

    @property
    def opens_weekly(self) -> bool:
        return any(self.week)

    @property
    def last_day_named(self) -> date:
        """The last date that a holiday or an extra speaks of."""
        named = [one.day for one in self.holidays]
        named += [one.until.date() for one in self.extras]
        return max(named, default=date.min)

    def as_data(self) -> dict[str, Any]:
        """The form that is kept, and that `read_definition` reads."""
        return {
            "time_zone": self.time_zone,
            "week": {
                name: [one.as_data() for one in hours]
                for name, hours in zip(WEEKDAYS, self.week, strict=True)
            },
            "holidays": [one.as_data() for one in self.holidays],
            "extras": [one.as_data() for one in self.extras],
        }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
