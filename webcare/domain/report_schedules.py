"""When a report is sent by itself, and which days it is then about."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

WEEK = 7


class ReportName(TextChoices):
    """The reports that can be sent."""

    SATISFACTION = "satisfaction", _("Satisfaction")
    RESPONSE_RATE = "response-rate", _("Response rate")
    ADDED_VALUE = "added-value", _("Added value")
    RESPONSE_TIMES = "response-times", _("Response times")
    FIRST_RESPONSES = "first-response-times", _("First answers")
    ACKNOWLEDGEMENTS = "first-acknowledgements", _("First signs of life")
    RESOLUTIONS = "resolutions", _("Resolutions")
    SERVICE_LEVEL = "service-level", _("Service level")
    REOPEN_RATE = "reopen-rate", _("Reopened")
    FIRST_CONTACT = "first-contact-resolution", _("Resolved at once")
    VOLUME = "volume", _("Volume")
    BACKLOG = "backlog", _("Backlog")
    AGENTS = "agents", _("Agents")  # for who may see people


class Period(TextChoices):
    """Whole days of the desk, before the one on which it is sent."""

    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7_DAYS = "last_7_days", _("The last seven days")
    LAST_WEEK = "last_week", _("Last week")
    LAST_MONTH = "last_month", _("Last month")


def days_of(period: Period, today: date) -> tuple[date, date]:
    """Return the first day of a period, and the first day after it."""
    match period:
        case Period.YESTERDAY:
            return today - timedelta(days=1), today
        case Period.LAST_7_DAYS:
            return today - timedelta(days=WEEK), today
        case Period.LAST_WEEK:
            monday = today - timedelta(days=today.weekday())
            return monday - timedelta(days=WEEK), monday
        case Period.LAST_MONTH:
            first = today.replace(day=1)
            return (first - timedelta(days=1)).replace(day=1), first


def span_of(period: Period, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants, in UTC, at which a period begins and is over."""
    first, after = days_of(period, at.astimezone(zone).date())
    return _instant(first, time(), zone), _instant(after, time(), zone)


def next_instant(
    after: datetime, days: Collection[int], at: time, zone: ZoneInfo
) -> datetime:
    """Return the first instant later than `after` that is `at` on one of `days`.

    Days are 1 for Monday to 7 for Sunday. A time that a clock change leaves out is
    taken as if the clocks had not changed yet; one that comes twice is its first.
    """
    today = after.astimezone(zone).date()
    found = (
        _instant(day, at, zone)
        for day in (today + timedelta(days=n) for n in range(WEEK + 1))
        if day.isoweekday() in days
    )
    return next(one for one in found if one > after)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
