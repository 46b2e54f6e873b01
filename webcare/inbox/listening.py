"""What is talked about: before anything is answered, and whether it is worth it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from webcare.domain.listening import Trend
from webcare.domain.outcomes import Verdict
from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.queries.inbox import desk_of
from webcare.queries.listening import Heard, topics_heard, verdicts, weeks_heard
from webcare.queries.people import Rights
from webcare.queries.reports import Period
from webcare.queries.settled import settled_at
from webcare.queries.topics import names_by_id, slugs

if TYPE_CHECKING:
    from webcare.models import User

PERIODS: Mapping[int, Lazy] = {
    1: gettext_lazy("24 hours"),
    7: gettext_lazy("7 days"),
    28: gettext_lazy("28 days"),
}
USUAL = 7
MOST, DRAWN = 20, 5  # topics in the table, and in the chart
TRENDS: Mapping[Trend, tuple[Lazy, str, str]] = {
    Trend.NEW: (gettext_lazy("New"), "accent", "new"),
    Trend.RISING: (gettext_lazy("Rising"), "warn", "up"),
    Trend.FALLING: (gettext_lazy("Falling"), "quiet", "down"),
}


class Line(NamedTuple):
    """One topic as it is shown; `change` is a share of what was usual, None of none."""

    label: str
    heard: Heard
    share: float
    change: float | None
    trend: tuple[Lazy, str, str] | None
    address: str


@desk
@require_GET
def listening(request: DeskRequest) -> HttpResponse:
    """Show what is talked about; the number of statements does not grow with topics."""
    rights = Rights.of(request.user)
    if not rights.where(Permission.SEE_REPORTS) or request.user.is_external:
        raise PermissionDenied
    given = {"desk": desk_of(request.user, rights), "periods": PERIODS.items()}
    days, as_of = _days(request), settled_at()
    shown = _shown(request.user, days, as_of)
    return render(request, "webcare/inbox/listening.html", given | shown)


def _days(request: DeskRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in PERIODS else USUAL


def _shown(user: "User", days: int, as_of: datetime) -> dict[str, Any]:
    heard = topics_heard(user, days, as_of)
    names, known_as = names_by_id(user), slugs()
    since = as_of - timedelta(days=days)
    total = sum(one.now for one in heard)
    lines = [
        _line(one, total, names, known_as, Period(since, as_of))
        for one in heard
        if one.topic is None or one.topic in names
    ]
    charts = _chart(user, lines, as_of)
    return {
        "days": days,
        "total": total,
        "lines": lines[:MOST],
        "more": max(0, len(lines) - MOST),
        "pressing": [one for one in lines if one.trend and one.heard.topic],
        "is_early": bool(lines) and not lines[0].heard.times,
        "verdicts": _verdicts(user, Period(since, as_of)),
        "charts": charts,
        "weeks": _as_rows(charts),
    }


def _line(
    one: Heard,
    total: int,
    names: Mapping[int, str],
    known_as: Mapping[int, str],
    period: Period,
) -> Line:
    slug = known_as.get(one.topic, "") if one.topic else "none"
    asked = {
        "topic": slug,
        "opened_after": period.start.isoformat(),
        "opened_before": period.end.isoformat(),
    }
    return Line(
        names[one.topic] if one.topic else _("Not known"),
        one,
        one.now / total if total else 0,
        one.now / one.usual - 1 if one.usual else None,
        TRENDS.get(one.trend),
        f"/?{urlencode(asked)}",
    )


def _verdicts(user: "User", period: Period) -> list[tuple[str, int, float]]:
    counted = verdicts(user, period)
    heard = sum(counted.values())
    return [
        (str(one.label), counted[one], counted[one] / heard)
        for one in Verdict
        if one in counted
    ]


def _chart(
    user: "User", lines: Sequence[Line], as_of: datetime
) -> list[dict[str, Any]]:
    """The share of the topics most talked about, week by week."""
    drawn = {
        line.heard.topic: line.label for line in lines if line.heard.topic is not None
    }
    ids = list(drawn)[:DRAWN]
    mondays, by_topic, whole = weeks_heard(user, ids, as_of)
    if not any(whole):
        return []
    return [
        {
            "at": "shares",
            "labels": [date_format(monday, "j M") for monday in mondays],
            "lines": [
                {"label": drawn[one], "values": _shares(by_topic[one], whole)}
                for one in ids
            ],
            "name": _("Chart of the share of each topic, by week."),
        }
    ]


def _shares(parts: Sequence[int], whole: Sequence[int]) -> list[float | None]:
    return [
        part / every if every else None
        for part, every in zip(parts, whole, strict=True)
    ]


def _as_rows(charts: list[dict[str, Any]]) -> list[tuple[str, list[float | None]]]:
    """The chart for who reads it: week -> the share of each topic."""
    return [
        (label, [line["values"][number] for line in chart["lines"]])
        for chart in charts
        for number, label in enumerate(chart["labels"])
    ]
