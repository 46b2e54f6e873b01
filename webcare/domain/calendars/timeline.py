"""What each stretch of a year is, open or closed and why, in seconds since 1970."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from webcare.domain.calendars.definitions import (
    DAY,
    Definition,
    Exceptional,
    Holiday,
    Hours,
    Why,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Label(NamedTuple):
    is_open: bool
    why: Why
    name: str = ""


class Stretch(NamedTuple):
    begin: int
    label: Label


CLOSED = Label(False, Why.HOURS)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970; a fraction is cut off. The moment knows its zone."""
    since = moment - _EPOCH
    return since.days * 86_400 + since.seconds


def first_of(year: int) -> int:
    return seconds(datetime(year, 1, 1, tzinfo=UTC))


def on_earth(wall: datetime, zone: ZoneInfo) -> int:
    """Return the second at which the wall shows `wall`.

    A time that comes twice, when the clock goes back, is its first. A time that is
    skipped, when the clock goes forward, is the moment of the skip. So what is later
    on the wall is never earlier on earth, and hours that touch still touch.
    """
    early = seconds(wall.replace(tzinfo=zone, fold=0))
    late = seconds(wall.replace(tzinfo=zone, fold=1))
    if early <= late:
        return early
    # In a gap the offset from before it gives the later second of the two.
    return _skip(late, early, zone)


def _skip(before: int, after: int, zone: ZoneInfo) -> int:
    """Return the second between these two at which the offset changes."""
    old = _offset(before, zone)
    while before + 1 < after:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(at: int, zone: ZoneInfo) -> timedelta | None:
    return (_EPOCH + timedelta(seconds=at)).astimezone(zone).utcoffset()


class _Paint:
    """Stretches from `begin` to `end`, painted over by what is stronger."""

    def __init__(self, begin: int, end: int) -> None:
        self.begin, self.end = begin, end
        self.begins, self.labels = [begin], [CLOSED]

    def over(self, begin: int, until: int, label: Label) -> None:
        begin, until = max(begin, self.begin), min(until, self.end)
        if begin >= until:
            return
        first = bisect_left(self.begins, begin)
        last = bisect_right(self.begins, until)
        rest = [until] if until < self.end else []
        what_follows = self.labels[last - 1 : last] if rest else []
        self.begins[first:last] = [begin, *rest]
        self.labels[first:last] = [label, *what_follows]


def year_of(definition: Definition, zone: ZoneInfo, year: int) -> list[Stretch]:
    """Return the stretches of one year in UTC, the first at its first second.

    Neighbours differ; the last ends with the year.
    """
    paint = _Paint(first_of(year), first_of(year + 1))
    known = {one.day: one for one in definition.holidays}
    days = list(_days_around(year))
    for day in days:
        if day in known:
            closed = Label(False, Why.HOLIDAY, known[day].name)
            paint.over(_wall(day, 0, zone), _wall(day, DAY, zone), closed)
    for day in days:
        hours, label = _hours_of(definition, day, known.get(day))
        for one in hours:
            paint.over(_wall(day, one.begin, zone), _wall(day, one.until, zone), label)
    _paint_extras(paint, definition.extras, zone, year)
    return list(merged(zip(paint.begins, paint.labels, strict=True)))


def _hours_of(
    definition: Definition, day: date, holiday: Holiday | None
) -> tuple[tuple[Hours, ...], Label]:
    if holiday:
        return holiday.hours, Label(True, Why.HOLIDAY, holiday.name)
    return definition.week[day.weekday()], Label(True, Why.HOURS)


def _paint_extras(
    paint: _Paint, extras: Iterable[Exceptional], zone: ZoneInfo, year: int
) -> None:
    for extra in extras:
        if extra.begin.year - 1 <= year <= extra.until.year + 1:
            why = Why.OPENING if extra.is_open else Why.CLOSURE
            paint.over(
                on_earth(extra.begin, zone),
                on_earth(extra.until, zone),
                Label(extra.is_open, why, extra.reason),
            )


def merged(stretches: Iterable[tuple[int, Label]]) -> Iterator[Stretch]:
    """Leave out each beginning at which nothing changes."""
    before = None
    for begin, label in stretches:
        if label != before:
            yield Stretch(begin, label)
        before = label


def _days_around(year: int) -> Iterator[date]:
    """Days that touch this year anywhere on earth, hours past midnight included."""
    day, last = date(year - 1, 12, 29), date(year + 1, 1, 2)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _wall(day: date, minutes: int, zone: ZoneInfo) -> int:
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    return on_earth(wall, zone)
