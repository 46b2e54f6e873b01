"""What a promise comes to: when it is due, warns and is broken, and what counted.

Everything here is a function of when its clock started and stopped, of what held it
up, of the hours it is counted in and of how long it was meant to take. Whoever shows,
fires or reports a promise asks this; nobody counts by hand.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import TextChoices

from webcare.domain.calendars import ALWAYS, Calendar
from webcare.exceptions import NeverOpen

# The last part of a promise, in which its clock warns when nobody says otherwise.
LAST_PART = 5
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Light(TextChoices):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


def late_from(due_at: datetime) -> datetime:
    """Return the first instant at which a promise is broken.

    The minute in which it is due is in time as a whole: due at 09:15, or at 09:15:40,
    is late from 09:16.
    """
    return due_at.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE


def is_late(due_at: datetime, at: datetime) -> bool:
    """Return whether a promise due at `due_at` and not kept yet is broken at `at`."""
    return late_from(due_at) <= at


# The same in SQL, in a form that an index on what is `due` answers.
LATE_FROM_SQL = "(date_trunc('minute', {due}) + interval '1 minute')"
IS_LATE_SQL = "{due} < date_trunc('minute', {at})"


def light(due_at: datetime | None, warns_at: datetime | None, at: datetime) -> Light:
    """Return how a promise stands: amber once it has warned, red once it is broken.

    One without a due time is held up, and green.
    """
    if due_at is not None and is_late(due_at, at):
        return Light.RED
    return Light.AMBER if warns_at is not None and warns_at <= at else Light.GREEN


def usual_warnings(seconds: int) -> tuple[int, ...]:
    """Return after how many seconds a promise of so many warns if nobody says."""
    return (seconds - seconds // LAST_PART,)


class Aim(NamedTuple):
    """How long a promise may take, from a moment on: a priority may change that.

    `warns` are the counted seconds after which it warns, rising.
    """

    since: datetime
    seconds: int
    warns: tuple[int, ...]


class Hold(NamedTuple):
    """A stretch that does not count, and why; without `until` it goes on."""

    since: datetime
    until: datetime | None
    why: str


class Run(NamedTuple):
    """A stretch that counts as far as the desk is open; `ends` by what stopped it."""

    since: datetime
    until: datetime | None


class Standing(NamedTuple):
    """What a clock says when nothing else happens.

    `due_at` is None while it is held up. `warnings` and `breached_at` may lie ahead;
    a breach stands, whatever happens after it.
    """

    seconds: int
    due_at: datetime | None
    paused_at: datetime | None
    warnings: tuple[datetime, ...]
    breached_at: datetime | None

    def passed(self, at: datetime) -> "Passed":
        """Return what of it has happened by `at`, and when to look again."""
        warned = [moment for moment in self.warnings if moment <= at]
        ahead = [moment for moment in self.warnings if moment > at]
        breached = self.breached_at
        if breached is not None and breached > at:
            ahead.append(breached)
            breached = None
        return Passed(
            warned[-1] if warned else None, breached, min(ahead, default=None)
        )


class Passed(NamedTuple):
    warned_at: datetime | None  # the last warning
    breached_at: datetime | None
    next_at: datetime | None


class Counted(NamedTuple):
    """A stretch between start and end of a clock: whether it counted, and why not."""

    start: datetime
    end: datetime
    counted: bool
    why: str
    name: str = ""


class Course(NamedTuple):
    """What a clock went through: all that has to be known to say how it stands.

    Holds are in order and do not overlap. Several aims are in order too; the first
    holds from the start on, whatever moment it says.
    """

    started_at: datetime
    stopped_at: datetime | None
    aims: Sequence[Aim]
    holds: Sequence[Hold]
    hours: Calendar


def stand(course: Course) -> Standing:
    """Return when this clock is due, warns and is broken."""
    runs = list(_runs(course))
    aim = course.aims[-1]
    warnings, breached = _alarms(course, runs)
    due_at = _reached(course, runs, aim.seconds)
    last = course.holds[-1] if course.holds else None
    is_paused = last is not None and last.until is None and course.stopped_at is None
    paused_at = max(last.since, course.started_at) if last and is_paused else None
    return Standing(aim.seconds, due_at, paused_at, warnings, breached)


def spent(course: Course, at: datetime) -> int:
    """Return the counted seconds until `at`, or until it stopped."""
    return sum(
        course.hours.open_seconds(run.since, min(run.until or at, at))
        for run in _runs(course)
    )


def spans(course: Course, at: datetime) -> list[Counted]:
    """Return all of the time until `at` or its stop: what counted, and why not."""
    end = min(course.stopped_at or at, at)
    found: list[Counted] = []
    here = course.started_at
    for run in _runs(course):
        if here < min(run.since, end):
            found.append(_held(course, here, min(run.since, end)))
        until = min(run.until or end, end)
        found += [
            Counted(one.start, one.end, one.is_open, str(one.why), one.name)
            for one in course.hours.spans(run.since, until)
        ]
        here = max(here, until)
    if here < end:
        found.append(_held(course, here, end))
    return found


def _held(course: Course, start: datetime, end: datetime) -> Counted:
    why = next(
        (
            hold.why
            for hold in course.holds
            if hold.since <= start < (hold.until or end)
        ),
        "",
    )
    return Counted(start, end, False, why)


def _runs(course: Course) -> Iterator[Run]:
    """What lies between the holds, from start to stop."""
    here: datetime | None = course.started_at
    for hold in course.holds:
        if here is None or (course.stopped_at and hold.since >= course.stopped_at):
            break
        if hold.until is not None and hold.until <= here:
            continue
        if hold.since > here:
            yield Run(here, hold.since)
        here = hold.until
    if here is not None and (course.stopped_at is None or here < course.stopped_at):
        yield Run(here, course.stopped_at)


def _reached(course: Course, runs: Sequence[Run], seconds: int) -> datetime | None:
    """The instant at which so many seconds have counted; None while that is unknown.

    A run that was stopped, and not held up, is followed as if it had gone on: what
    was promised does not change by keeping it.
    """
    left = timedelta(seconds=seconds)
    for run in runs:
        if run.until is None or run.until == course.stopped_at:
            return _later(course.hours, run.since, left)
        counted = _open_time(course.hours, run.since, run.until)
        if counted >= left:
            return _later(course.hours, run.since, left)
        left -= counted
    return None if course.holds else _later(course.hours, course.started_at, left)


def _open_time(hours: Calendar, since: datetime, until: datetime) -> timedelta:
    """The open time between two instants, to the microsecond: else each hold could
    take a second off what was promised."""
    whole = hours.open_seconds(since, until)
    begun = since.microsecond if hours.is_open(since) else 0
    over = until.microsecond if hours.is_open(until) else 0
    return timedelta(seconds=whole, microseconds=over - begun)


def _later(hours: Calendar, start: datetime, length: timedelta) -> datetime | None:
    """None where a calendar has run out: it promises nothing that could be broken."""
    if hours is ALWAYS:
        return start.astimezone(UTC) + length
    seconds = -(-length // SECOND)  # up to a whole one, and back from there
    try:
        return hours.add_open_seconds(start, seconds) - (seconds * SECOND - length)
    except NeverOpen:
        return None


def _alarms(
    course: Course, runs: Sequence[Run]
) -> tuple[tuple[datetime, ...], datetime | None]:
    """What warned or will, and the breach: under each aim while it held."""
    warnings: list[datetime] = []
    ends = [aim.since for aim in course.aims[1:]]
    for number, (aim, until) in enumerate(zip(course.aims, [*ends, None], strict=True)):
        since = aim.since if number else course.started_at
        due_at = _reached(course, runs, aim.seconds)
        late = late_from(due_at) if due_at else None
        breached = _while_running(course, runs, late, since, until)
        for seconds in aim.warns:
            moment = _reached(course, runs, seconds)
            warned = _while_running(course, runs, moment, since, until)
            if warned and (breached is None or warned < breached):
                warnings.append(warned)
        if breached:
            return tuple(sorted(set(warnings))), breached
    return tuple(sorted(set(warnings))), None


def _while_running(
    course: Course,
    runs: Sequence[Run],
    moment: datetime | None,
    since: datetime,
    until: datetime | None,
) -> datetime | None:
    """The first instant from both `moment` and `since` on at which the clock runs.

    None when that is not before `until`, or after the stop.
    """
    if moment is None or not runs:
        return None
    at = max(moment, since)
    index = bisect_right(runs, at, key=lambda run: run.since) - 1
    if index < 0 or not _holds(runs[index], at, course.stopped_at):
        if index + 1 == len(runs):
            return None
        at = runs[index + 1].since
    return at if until is None or at < until else None


def _holds(run: Run, at: datetime, stopped_at: datetime | None) -> bool:
    """Whether it runs at this instant; what stops it sees what passes just then."""
    return run.until is None or at < run.until or at == run.until == stopped_at
