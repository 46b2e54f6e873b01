"""The stretches of time that people look back over, and the ones before them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

QUARTER, YEAR = 91, 364  # days, whole weeks


class Stretch(TextChoices):
    """In days of the desk; those that go on end at this moment, the others are over."""

    TODAY = "today", _("Today, so far")
    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7_DAYS = "last_7_days", _("The last seven days")
    LAST_28_DAYS = "last_28_days", _("The last four weeks")
    THIS_MONTH = "this_month", _("This month, so far")
    LAST_MONTH = "last_month", _("Last month")
    LAST_QUARTER = "last_91_days", _("The last 13 weeks")
    LAST_YEAR = "last_364_days", _("The last 52 weeks")
    CHOSEN = "chosen", _("Chosen days")


class Window(NamedTuple):
    """From the first instant up to and without the second."""

    start: datetime
    end: datetime


_WHOLE = {
    Stretch.YESTERDAY: 1,
    Stretch.LAST_7_DAYS: 7,
    Stretch.LAST_28_DAYS: 28,
    Stretch.LAST_QUARTER: QUARTER,
    Stretch.LAST_YEAR: YEAR,
}


def window(
    stretch: Stretch, now: datetime, zone: ZoneInfo, chosen: tuple[date, date]
) -> Window:
    """Return the instants, in UTC, of a stretch as it is `now`.

    `chosen` are the first and the last day where the days are chosen.
    """
    today = now.astimezone(zone).date()
    match stretch:
        case Stretch.TODAY:
            return Window(_begin(today, zone), now)
        case Stretch.THIS_MONTH:
            return Window(_begin(today.replace(day=1), zone), now)
        case Stretch.LAST_MONTH:
            first = today.replace(day=1)
            return Window(_begin(_month_before(first), zone), _begin(first, zone))
        case Stretch.CHOSEN:
            first, last = sorted(chosen)
            return Window(
                _begin(first, zone), min(now, _begin(last + timedelta(days=1), zone))
            )
    first = today - timedelta(days=_WHOLE[stretch])
    return Window(_begin(first, zone), _begin(today, zone))


def before(stretch: Stretch, shown: Window, zone: ZoneInfo) -> Window:
    """Return the stretch before, as far as `shown` has come: what compares with it.

    A month has the month before it, a day so far the same hours of the day before.
    """
    start, end = (one.astimezone(zone) for one in shown)
    if stretch == Stretch.LAST_MONTH:
        return Window(_begin(_month_before(start.date()), zone), shown.start)
    if stretch == Stretch.THIS_MONTH:
        first = _month_before(start.date())
        gone = end.replace(tzinfo=None) - start.replace(tzinfo=None)
        then = datetime.combine(first, time()) + gone
        return Window(
            _begin(first, zone),
            min(then.replace(tzinfo=zone).astimezone(UTC), shown.start),
        )
    last = (end - timedelta(microseconds=1)).date()
    days = timedelta(days=(last - start.date()).days + 1)
    return Window((start - days).astimezone(UTC), (end - days).astimezone(UTC))


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
