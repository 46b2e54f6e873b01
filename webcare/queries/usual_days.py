"""What comes in and goes out, hour by hour, on a usual day of the same weekday."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import dropwhile
from statistics import median
from typing import NamedTuple

from webcare.domain.reports import By
from webcare.models import User
from webcare.queries.reports import Asked, Period, volume
from webcare.queries.rolls import begin_of

WEEKS = 8


class Flow(NamedTuple):
    """Messages heard and sent."""

    heard: float
    sent: float


class UsualDay(NamedTuple):
    """Medians by the hour, "00" to "23", of so many days; of none, without hours."""

    days: int
    hours: dict[str, Flow]


def usual_day(user: User, day: date, as_of: datetime) -> UsualDay:
    """Return the median of the last WEEKS days of this weekday before `day`.

    Days before anything was heard or said are not of the desk yet and left out; an
    hour without a message on a later one is none. Raises NotAllowed.
    """
    weeks = range(WEEKS, 0, -1)
    all_days = [_hours(user, day - timedelta(weeks=n), as_of) for n in weeks]
    known = list(dropwhile(lambda hours: not hours, all_days))
    return UsualDay(len(known), _medians(known) if known else {})


def _hours(user: User, day: date, as_of: datetime) -> dict[str, Flow]:
    period = Period(begin_of(day), begin_of(day + timedelta(days=1)))
    lines = volume(user, Asked(period=period, as_of=as_of, by=By.HOUR))
    flows = {
        str(line.key): Flow(line.counts["messages.heard"], line.counts["messages.sent"])
        for line in lines
    }
    return {hour: flow for hour, flow in flows.items() if any(flow)}


def _medians(days: list[dict[str, Flow]]) -> dict[str, Flow]:
    return {hour: _median(days, hour) for hour in (f"{n:02}" for n in range(24))}


def _median(days: list[dict[str, Flow]], hour: str) -> Flow:
    flows = [_of(one, hour) for one in days]
    return Flow(
        median(flow.heard for flow in flows), median(flow.sent for flow in flows)
    )


def _of(hours: Mapping[str, Flow], hour: str) -> Flow:
    return hours.get(hour, Flow(0, 0))
