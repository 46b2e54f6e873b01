"""Arithmetic with open time: how much lies between two instants, and which.

Instants know their time zone; answers are in UTC. Everything is exact to the second,
also over the nights in which the clock is changed: wall times become seconds since
1970 once, per year, when they are first asked for. After that a question costs two
searches in sorted arrays, however long the interval.
"""

from array import array
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from itertools import chain
from threading import Lock
from typing import NamedTuple
from zoneinfo import ZoneInfo

from webcare.domain.calendars.definitions import DAY, Definition, Hours, Why
from webcare.domain.calendars.timeline import (
    Stretch,
    first_of,
    merged,
    seconds,
    year_of,
)
from webcare.exceptions import NeverOpen

# Outside these years every calendar is closed.
FIRST_YEAR, LAST_YEAR = 1970, 2149
# How far ahead open time is looked for.
YEARS_AHEAD = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = first_of(FIRST_YEAR), first_of(LAST_YEAR + 1) - 1


class Span(NamedTuple):
    """A stretch of an interval that counted (`is_open`) or did not, and why.

    `name` is the holiday's, or the reason of an extra opening or closure.
    """

    start: datetime
    end: datetime
    is_open: bool
    why: Why
    name: str = ""


class _Table:
    """Stretches of some years on end, and the open seconds before each of them."""

    def __init__(self, first: int, last: int, stretches: list[Stretch]) -> None:
        self.first, self.last, self.stretches = first, last, stretches
        self.begin, self.end = first_of(first), first_of(last + 1)
        self.begins = array("q", (one.begin for one in stretches))
        self.begins.append(self.end)
        self.open = array("q", [0])
        for number, one in enumerate(stretches):
            length = self.begins[number + 1] - one.begin
            self.open.append(self.open[-1] + length * one.label.is_open)

    def before(self, at: int) -> int:
        """Return the open seconds before `at`, which lies within these years."""
        index = bisect_right(self.begins, at) - 1
        passed = self.open[index]
        if self.open[index + 1] == passed:
            return passed
        return passed + at - self.begins[index]

    def is_open(self, at: int) -> bool:
        index = bisect_right(self.begins, at)
        return self.open[index] > self.open[index - 1]

    def between(self, since: int, until: int) -> list[Stretch]:
        """Return the stretches that hold `since`, `until`, and all in between."""
        first = bisect_right(self.begins, since) - 1
        return self.stretches[first : bisect_right(self.begins, until)]

    def after(self, passed: int, *, is_open: bool) -> int:
        """Return the first second before which `passed` open seconds lie.

        With `is_open`, the first such second that is itself open.
        """
        find = bisect_right if is_open else bisect_left
        index = find(self.open, passed) - 1
        return self.begins[index] + passed - self.open[index]


class Calendar:
    """When a desk is open. Never changes; threads may share it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._zone = ZoneInfo(definition.time_zone)
        self._lock = Lock()
        self._table: _Table | None = None

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Return the open seconds from `start` until `end`; 0 when it ends before.

        The fraction of a second of either is cut off first, so that intervals that
        adjoin add up.
        """
        since, until = seconds(start), seconds(end)
        if until <= since:
            return 0
        table = self._table
        if table is None or since < table.begin or until >= table.end:
            since, until = _within(since), _within(until)
            table = self._covering(since, until)
        return table.before(until) - table.before(since)

    def add_open_seconds(self, start: datetime, number: int) -> datetime:
        """Return the first instant at which `number` open seconds have passed.

        None have passed at `start` itself, so 0 is `start`, open or not. A fraction
        of a second in `start` stays in the answer. Raises NeverOpen when the next
        twenty years are not enough, and ValueError below 0.
        """
        if number <= 0:
            if number < 0:
                raise ValueError("open time is added, not taken away")
            return start.astimezone(UTC)
        since = _within(seconds(start))
        begun = start.microsecond if self._covering(since, since).is_open(since) else 0
        table, before = self._ahead(since, number + (begun > 0))
        found = table.after(before + number, is_open=begun > 0)
        return _EPOCH + timedelta(seconds=found, microseconds=begun)

    def is_open(self, at: datetime) -> bool:
        since = seconds(at)
        if not _EARLIEST <= since <= _LATEST:
            return False
        return self._covering(since, since).is_open(since)

    def next_opening(self, at: datetime) -> datetime:
        """Return the first open instant from `at` on: `at` itself when it is open.

        Raises NeverOpen when there is none in the next twenty years.
        """
        if self.is_open(at):
            return at.astimezone(UTC)
        table, before = self._ahead(_within(seconds(at)), 1)
        return _instant(table.after(before, is_open=True))

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """Return what of an interval counted and what did not, in order, without gaps.

        Neighbours differ in whether or why. Empty when `end` is not after `start`.
        """
        start, end = max(start, _instant(_EARLIEST)), min(end, _instant(_LATEST))
        if end <= start:
            return []
        since, until = seconds(start), seconds(end)
        stretches = self._covering(since, until).between(since, until)
        edges = [start.astimezone(UTC)]
        edges += [_instant(one.begin) for one in stretches[1:]]
        edges.append(end.astimezone(UTC))
        return [
            Span(begin, finish, *one.label)
            for begin, finish, one in zip(edges, edges[1:], stretches, strict=False)
            if begin < finish
        ]

    def _ahead(self, since: int, number: int) -> tuple[_Table, int]:
        """Return a table with `number` open seconds after `since`, and those before."""
        table = self._covering(since, since)
        before = table.before(since)
        if before + number <= table.open[-1]:
            return table, before
        for year in self._years_ahead(_year(since)):
            table = self._covering(since, first_of(year))
            before = table.before(since)
            if before + number <= table.open[-1]:
                return table, before
        raise NeverOpen

    def _years_ahead(self, year: int) -> range:
        last = min(year + YEARS_AHEAD, LAST_YEAR)
        if not self.definition.opens_weekly:
            last = min(last, self.definition.last_day_named.year + 1)
        return range(year + 1, last + 1)

    def _covering(self, since: int, until: int) -> _Table:
        """Return a table of all years from that of `since` to that of `until`."""
        table = self._table
        if table and table.begin <= since and until < table.end:
            return table
        with self._lock:
            self._table = self._extended(self._table, _year(since), _year(until))
            return self._table

    def _extended(self, table: _Table | None, first: int, last: int) -> _Table:
        if table is None:
            return _Table(first, last, self._years(first, last))
        before = self._years(first, table.first - 1)
        after = self._years(table.last + 1, last)
        all_of_it = list(merged([*before, *table.stretches, *after]))
        return _Table(min(first, table.first), max(last, table.last), all_of_it)

    def _years(self, first: int, last: int) -> list[Stretch]:
        years = range(first, last + 1)
        found = (year_of(self.definition, self._zone, year) for year in years)
        return list(merged(chain.from_iterable(found)))


def _within(at: int) -> int:
    return min(max(at, _EARLIEST), _LATEST)


def _instant(at: int) -> datetime:
    return _EPOCH + timedelta(seconds=at)


def _year(at: int) -> int:
    return _instant(at).year


_WHOLE_WEEK = ((Hours(0, DAY),),) * 7
# Calendar time: every second counts.
ALWAYS = Calendar(Definition("UTC", _WHOLE_WEEK))
