"""Business-time arithmetic in memory: calls a second of processor time.

`python -m bench.calendars` prints the table alone. The raw program subtracts two
instants, or adds to one, as somebody does who knows no opening hours.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from bench.report import Bar, table
from webcare.domain.calendars import Calendar, read_definition

LENGTHS = {"an hour": 1 / 24, "a day": 1, "a year": 365, "ten years": 3_650}
BAR = Bar(100_000)
ROUNDS, CALLS = 5, 20_000
Call = Callable[[datetime, datetime, int], Any]


def measure() -> list[dict[str, Any]]:
    """Return one row per length of interval: medians of rounds, raw beside ours."""
    desk = _desk()
    return [_row(desk, name, days) for name, days in LENGTHS.items()]


def show(rows: list[dict[str, Any]]) -> None:
    print("\nCalendars, one core, random intervals: calls a second of processor time")
    header = ("", "raw", "open seconds", "of raw", "add open seconds", "of raw", "bar")
    print(
        table(
            header,
            [
                (
                    row["length"],
                    *(f"{row['raw']:,.0f}", f"{row['open']:,.0f}"),
                    *(f"{row['open of raw']:.0%}", f"{row['add']:,.0f}"),
                    *(
                        f"{row['add of raw']:.0%}",
                        BAR.judge(min(row["open"], row["add"])),
                    ),
                )
                for row in rows
            ],
        )
    )


def _desk() -> Calendar:
    """Two spans a day, half a Saturday, a holiday a month."""
    day = [{"from": "08:00", "until": "12:30"}, {"from": "13:00", "until": "22:00"}]
    names = ("monday", "tuesday", "wednesday", "thursday", "friday")
    week = dict.fromkeys(names, day) | {"saturday": day[:1]}
    holidays = [
        {"date": f"{year}-{month:02}-14", "name": "Feestdag"}
        for year in range(2016, 2037)
        for month in range(1, 13)
    ]
    return Calendar(
        read_definition(
            {"time_zone": "Europe/Amsterdam", "week": week, "holidays": holidays}
        )
    )


def _row(desk: Calendar, name: str, days: float) -> dict[str, Any]:
    pairs = _pairs(timedelta(days=days))
    calls: dict[str, Call] = {
        "raw": lambda start, end, number: (end - start).total_seconds(),
        "raw add": lambda start, end, number: start + timedelta(seconds=number),
        "open": lambda start, end, number: desk.open_seconds(start, end),
        "add": lambda start, end, number: desk.add_open_seconds(start, number),
    }
    work = [(start, end, desk.open_seconds(start, end)) for start, end in pairs]
    rounds = [
        {key: _rate(call, work) for key, call in calls.items()} for _ in range(ROUNDS)
    ]
    return {
        "length": name,
        **{key: median(one[key] for one in rounds) for key in calls},
        "open of raw": median(one["open"] / one["raw"] for one in rounds),
        "add of raw": median(one["add"] / one["raw add"] for one in rounds),
    }


def _pairs(length: timedelta) -> list[tuple[datetime, datetime]]:
    chance, begin = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    starts = [
        begin + timedelta(seconds=chance.random() * 365 * 86_400) for _ in range(CALLS)
    ]
    return [(start, start + length) for start in starts]


def _rate(call: Call, work: list[tuple[datetime, datetime, int]]) -> float:
    began = time.process_time()
    for one in work:
        call(*one)
    return len(work) / (time.process_time() - began)


if __name__ == "__main__":
    show(measure())
