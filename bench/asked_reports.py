"""Which reports are measured: each by every one grouping, over 90 days and over all.

One pass asks each grouping once, so that p95 is that of the slowest of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

EVERYTHING = ("queue", "topic", "agent", "channel", "priority", "hour", "day", "week")
# The seed is of two years; the days before have nothing in them.
PERIODS = {"90 days": timedelta(days=90), "all": timedelta(days=2 * 366)}
# Report -> what it can be asked by, and what it is asked besides.
REPORTS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "response-times": (EVERYTHING, {}),
    "response-times in open hours": (EVERYTHING, {"clock": "business"}),
    "response-times of first answers": (EVERYTHING, {"of": "first"}),
    "response-times of next answers": (EVERYTHING, {"of": "next"}),
    "response-times of first words": (EVERYTHING, {"of": "acknowledgement"}),
    "resolutions": (EVERYTHING, {}),
    "service-level": (EVERYTHING, {}),
    "service-level by event": (EVERYTHING, {"view": "event"}),
    "reopen-rate": (EVERYTHING, {"view": "event"}),
    "first-contact-resolution": (EVERYTHING, {"view": "event"}),
    "first-contact-resolution by cohort": (EVERYTHING, {"view": "cohort"}),
    "response-rate": (EVERYTHING, {}),
    "added-value": (EVERYTHING, {}),
    "satisfaction": (EVERYTHING, {}),
    "volume": ([by for by in EVERYTHING if by != "agent"], {}),
    "agents": ((), {}),
    "backlog": (EVERYTHING[:5] + ("day",), {}),
}


def names() -> Iterator[tuple[str, str, str]]:
    """Yield the name of each operation, its report and its period."""
    for report in REPORTS:
        for period in PERIODS:
            yield f"reports {report}, {period}", report, period


def paths(report: str, period: str) -> Iterator[str]:
    """Yield what is asked in one pass: of all together, then by each grouping."""
    groupings, besides = REPORTS[report]
    start = datetime.now(UTC) - PERIODS[period]
    for by in ("", *groupings):
        asked = {"from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "by": by, **besides}
        query = urlencode({name: value for name, value in asked.items() if value})
        yield f"/api/v1/reports/{report.split()[0]}?{query}"
