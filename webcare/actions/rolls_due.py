"""Add up what is due, so that reports need not read each case.

What changed since is marked, and a marked day is read from the facts until it is made
again. So this may run late, twice, or never, and no report is ever wrong by it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import groupby

import structlog
from django.db import DatabaseError

from webcare.actions.midnights import keep_midnight, keep_midnights
from webcare.actions.roll_removal import forget_hours_past
from webcare.actions.rolls import roll_days, roll_hours, roll_months
from webcare.queries import backlog
from webcare.queries.measures import Measure
from webcare.queries.measures.all import looks
from webcare.queries.rolls import DAY, MONTH
from webcare.queries.rolls_due import PEACE, days_due, hours_due, months_due
from webcare.queries.settled import settled_at

log = structlog.get_logger(__name__)
SHIFT_SECONDS = 10  # well within the time limit of a task
DAYS_AT_ONCE = 7


def roll_up_due(
    seconds: float = SHIFT_SECONDS,
    *,
    peace: timedelta = PEACE,
    at_once: int = DAYS_AT_ONCE,
) -> int:
    """Make the rolls that are missing or marked, newest days first, for a while.

    A month is left until none of its days has been made anew for `peace`. `at_once` is
    how many days are one transaction, of one month.

    Then the midnights of the backlog that are long past. Returns how many days and
    months were made. Each batch is a transaction; one that the database refuses is
    logged and due again, and holds no other back.
    """
    ends_at = time.monotonic() + seconds
    made = 0
    for name, roll in _batches(peace, at_once):
        try:
            made += roll()
        except DatabaseError:
            log.exception("not added up", batch=name)
        if time.monotonic() > ends_at:
            break
    return made


def _batches(peace: timedelta, at_once: int) -> Iterator[tuple[str, Callable[[], int]]]:
    for day in backlog.midnights_due(settled_at()):
        yield f"midnight {day}", partial(keep_midnight, day)
    for measure, view, grain, starts in _due(peace, at_once):
        roll = roll_days if grain == DAY else roll_months
        name = f"{measure.name} {view} {grain} {starts[0]}"
        yield name, partial(roll, measure, view, starts)
    for measure, view in looks():
        due = hours_due(measure, view)
        for days in _at_once(due, at_once):
            name = f"{measure.name} {view} hours of {days[0]}"
            hours = {day: due[day] for day in days}
            yield name, partial(roll_hours, measure, view, hours)
    yield "hours long past", forget_hours_past
    for days in backlog.midnights_missing(settled_at(), 2 * at_once):
        yield f"midnights from {days[-1]}", partial(keep_midnights, days)


def _due(
    peace: timedelta, at_once: int
) -> Iterator[tuple[Measure, str, str, list[date]]]:
    for measure, view in looks():
        for days in _at_once(days_due(measure, view), at_once):
            yield measure, view, DAY, days
        for month in months_due(measure, view, peace=peace):
            yield measure, view, MONTH, [month]


def _at_once(days: Iterable[date], at_once: int) -> Iterator[list[date]]:
    """Days of one month, as many as are made at once, newest first."""
    newest = sorted(days, reverse=True)
    for _, group in groupby(newest, lambda day: day.replace(day=1)):
        some = list(group)
        for first in range(0, len(some), at_once):
            yield some[first : first + at_once]
