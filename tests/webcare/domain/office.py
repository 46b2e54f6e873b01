"""A desk in Amsterdam that is open from nine to five, to try calendars with."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from webcare.domain.calendars import Calendar, read_definition

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = [{"from": "09:00", "until": "17:00"}]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEK = (*WORKDAYS, "saturday", "sunday")


def calendar(hours: Any = OFFICE, days: Any = WORKDAYS, **more: Any) -> Calendar:
    body = {"time_zone": "Europe/Amsterdam", "week": dict.fromkeys(days, hours)}
    return Calendar(read_definition(body | more))


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold)
