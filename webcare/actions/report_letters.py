"""A report as a letter: bars that any mail program draws, plain words, and a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from webcare.domain.report_columns import COLUMNS, shown
from webcare.domain.report_schedules import ReportName
from webcare.domain.reports import PERCENTILES
from webcare.domain.tables import as_csv, flat
from webcare.models import ReportSchedule
from webcare.queries.sendable_reports import SENDABLE

Line = Mapping[str, Any]
MOST_BARS = 40  # more is for the table
_PERCENTILES = [f"p{percent}_seconds" for percent in PERCENTILES]


class Letter(NamedTuple):
    """What is sent to each reader."""

    subject: str
    text: str
    html: str
    table: str


class Bar(NamedTuple):
    """One value of a chart: how long it is drawn, of 100, and what it says."""

    name: str
    width: int
    says: str


class Chart(NamedTuple):
    """One column of a report, a bar for each line."""

    title: str
    bars: list[Bar]


def letter_of(
    schedule: ReportSchedule,
    lines: Sequence[Line],
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
) -> Letter:
    """Return a report as it is read, in the schedule's language."""
    with translation.override(schedule.language):
        charts = _charts(schedule.report, lines)
        told = {
            "name": schedule.name,
            "report": ReportName(schedule.report).label,
            "period": _days(start, end, zone),
            "charts": charts,
            "more": max(0, len(lines) - MOST_BARS),
            "language": schedule.language,
        }
        return Letter(
            f"{schedule.name}: {told['period']}",
            render_to_string("webcare/report_mail.txt", told),
            render_to_string("webcare/report_mail.html", told),
            as_csv(map(_in_table, lines)),
        )


def _in_table(line: Line) -> Line:
    """A percentile that few have reached says so, as in the table of the report."""
    unreached = [name for name in _PERCENTILES if line.get(name, 0) is None]
    return {**line, **dict.fromkeys(unreached, "not reached")}


def _charts(report: str, lines: Sequence[Line]) -> list[Chart]:
    rows = [dict(flat(line)) for line in lines[:MOST_BARS]]
    return [
        Chart(str(COLUMNS[column]), _bars(rows, column, kind))
        for column, kind in SENDABLE[report].drawn.items()
    ]


def _bars(rows: Sequence[Line], column: str, kind: str) -> list[Bar]:
    most = 1 if kind == "share" else max((row[column] or 0 for row in rows), default=0)
    return [
        Bar(
            row["name"] or _("All"),
            round(100 * (row[column] or 0) / most) if most else 0,
            shown(row[column], kind),
        )
        for row in rows
    ]


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """The days of a period in words: its last is the one before its end."""
    first = start.astimezone(zone).date()
    last = (end.astimezone(zone) - timedelta(seconds=1)).date()
    begin = date_format(first, "DATE_FORMAT")
    return begin if first == last else f"{begin} – {date_format(last, 'DATE_FORMAT')}"
