"""How a calendar is written down, and what of it is refused."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.webcare.domain.office import OFFICE, calendar, local
from webcare.domain.calendars import (
    Holiday,
    read_definition,
)
from webcare.exceptions import Invalid

MANY_DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(1_001)]


def _closed(**of: Any) -> dict[str, Any]:
    return {"date": "2026-04-27", "name": "Koningsdag"} | of


def _extra(**of: Any) -> dict[str, Any]:
    body = {
        "from": "2026-01-01T10:00",
        "until": "2026-01-01T11:00",
        "reason": "Storing",
    }
    return {"open": True} | body | of


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (None, {"time_zone"}),
        ({"time_zone": "Europe/Atlantis"}, {"time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone"}),
        ({"time_zone": "Europe"}, {"time_zone"}),
        ({"time_zone": 7}, {"time_zone"}),
        ({"hours": {}}, {"hours"}),
        ({"week": {"maandag": []}}, {"week"}),
        ({"week": []}, {"week"}),
        ({"week": {"monday": [{"from": "9:00", "until": "17:00"}]}}, {"week.monday.0"}),
        (
            {"week": {"monday": [{"from": "24:00", "until": "25:00"}]}},
            {"week.monday.0"},
        ),
        (
            {"week": {"monday": [{"from": "09:00", "until": "09:00"}]}},
            {"week.monday.0"},
        ),
        ({"week": {"monday": [{"from": "09:00"}]}}, {"week.monday.0"}),
        (
            {"week": {"monday": [*OFFICE, {"from": "16:59", "until": "18:00"}]}},
            {"week.monday"},
        ),
        (
            {
                "week": {
                    "sunday": [{"from": "22:00", "until": "09:01"}],
                    "monday": OFFICE,
                }
            },
            {"week.sunday"},
        ),
        ({"week": {"monday": OFFICE * 13}}, {"week.monday"}),
        ({"holidays": [_closed(date="2026-02-30")]}, {"holidays.0.date"}),
        ({"holidays": [_closed(date="0001-01-01")]}, {"holidays.0.date"}),
        ({"holidays": [_closed(name=" ")]}, {"holidays.0.name"}),
        ({"holidays": [_closed(name="x" * 101)]}, {"holidays.0.name"}),
        ({"holidays": [_closed(open=True)]}, {"holidays.0.open"}),
        ({"holidays": [_closed(), _closed(name="Again")]}, {"holidays"}),
        ({"holidays": [_closed(hours=[{}])]}, {"holidays.0.hours.0"}),
        ({"holidays": [_closed(date=f"{day}") for day in MANY_DAYS]}, {"holidays"}),
        ({"extras": [_extra(until="2026-01-01T10:00")]}, {"extras.0.until"}),
        ({"extras": [_extra(until="2026-01-01T25:00")]}, {"extras.0.until"}),
        ({"extras": [_extra(until="2026-01-01T10:00:00Z")]}, {"extras.0.until"}),
        (
            {"extras": [_extra(open="yes", reason="")]},
            {"extras.0.open", "extras.0.reason"},
        ),
        ({"extras": [_extra()] * 1001}, {"extras"}),
        ({"extras": "none"}, {"extras"}),
    ],
)
def test_a_mistake_is_told_under_its_path(body: Any, paths: set[str]) -> None:
    whole = body if body is None else {"time_zone": "Europe/Amsterdam"} | body
    with pytest.raises(Invalid) as refused:
        read_definition(whole)
    assert set(refused.value.errors) == paths


def test_hours_that_touch_are_one_stretch() -> None:
    touching = [
        {"from": "12:00", "until": "17:00"},
        {"from": "09:00", "until": "12:00"},
    ]
    day = (local("2026-11-26T00:00"), local("2026-11-27T00:00"))
    assert calendar(touching).spans(*day) == calendar().spans(*day)


def test_dates_of_a_definition_are_plain_dates() -> None:
    read = read_definition({"time_zone": "UTC", "holidays": [_closed()]})
    assert read.holidays == (Holiday(date(2026, 4, 27), "Koningsdag"),)
