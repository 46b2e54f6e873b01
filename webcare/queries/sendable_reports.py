"""Reports as they are sent: lines under names that people read, and what to draw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain.outcomes import Promise, Resolution
from webcare.domain.report_schedules import ReportName
from webcare.domain.reports import (
    AGES,
    PERCENTILES,
    STAYED_DAYS,
    By,
    Look,
    Wait,
    share,
)
from webcare.exceptions import Invalid
from webcare.models import User
from webcare.queries import backlog, reports, share_reports
from webcare.queries.reports import Asked, Period
from webcare.queries.settled import settled_at
from webcare.queries.topics import names_told

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sendable:
    """How a report is read, and which of its columns are drawn, by what they are."""

    read: Callable[[User, Asked], list[Line]]
    drawn: Mapping[str, str]  # column -> share, count, seconds or age
    always_by: By | None = None
    # What is decided so many days after is told so many days later.
    days_later: int = 0


def _timed(
    user: User, asked: Asked, read: Callable[..., list[reports.Line]]
) -> list[Line]:
    """Lengths as a letter tells them; a percentile not reached is None."""
    return [{"key": line.key, **_times(line)} for line in read(user, asked)]


def _times(line: reports.Line) -> Line:
    lengths = zip(PERCENTILES, line.times.percentiles, strict=True)
    return {
        "n": line.times.n,
        "waiting": line.times.waiting,
        "longest_waiting_seconds": line.times.longest_waiting,
        **{f"p{percent}_seconds": seconds for percent, seconds in lengths},
    }


def _response_times(user: User, asked: Asked) -> list[Line]:
    return _timed(user, asked, reports.response_times)


def _first_responses(user: User, asked: Asked) -> list[Line]:
    return _response_times(user, replace(asked, of=Wait.FIRST))


def _acknowledgements(user: User, asked: Asked) -> list[Line]:
    return _response_times(user, replace(asked, of=Wait.ACKNOWLEDGEMENT))


def _resolutions(user: User, asked: Asked) -> list[Line]:
    return _timed(
        user, asked, lambda *given: [last for last, _ in reports.resolutions(*given)]
    )


def _service_level(user: User, asked: Asked) -> list[Line]:
    """One line for each key, with every promise in it."""
    lines: dict[str | None, Line] = {}
    for promise, line in reports.service_level(user, asked):
        nothing = {one.value: _kept(0, 0, 0) for one in Promise}
        told = lines.setdefault(line.key, {"key": line.key, **nothing})
        found = line.counts
        late = found["breached"] + found["breached_and_open"]
        told[promise.value] = _kept(found["met"], late, found["not_due"])
    return [lines[key] for key in reports.ordered(lines)]


def _kept(met: int, breached: int, not_due: int) -> Line:
    kept = {"met": met, "breached": breached, "not_due": not_due}
    return kept | {"share": share(met, met + breached)}


def _reopen_rate(user: User, asked: Asked) -> list[Line]:
    return [
        {
            "key": line.key,
            "resolved": line.resolved,
            "reopened": line.reopened,
            "uncertain": line.uncertain,
            "reopened_share": line.rate,
        }
        for line in reports.reopen_rates(user, asked)
    ]


def _first_contact(user: User, asked: Asked) -> list[Line]:
    return [
        {
            "key": line.key,
            "resolved_with_answer": line.counts["answered"],
            "resolved_at_once": line.counts["at_once"],
            "at_once_share": share(line.counts["at_once"], line.counts["answered"]),
        }
        for line in reports.first_contacts(user, replace(asked, view=Look.EVENT))
    ]


def _backlog(user: User, asked: Asked) -> list[Line]:
    """What lay there when the period was over, and when it began; or each midnight."""
    if asked.by == By.DAY:
        return [_lay(line) for line in backlog.midnights(user, asked)]
    start, end = (min(at, asked.as_of) for at in asked.period)
    before = backlog.backlog(user, asked, start)
    return [
        _lay(line) | {"tickets_before": then}
        for line, then in backlog.beside(backlog.backlog(user, asked, end), before)
    ]


def _lay(line: backlog.Lay) -> Line:
    edges = (*(f"up_to_{days}_days" for days in AGES), f"above_{AGES[-1]}_days")
    return {
        "key": line.key,
        "tickets": line.tickets,
        "oldest_seconds": line.oldest_seconds,
        **dict(zip(edges, line.ages, strict=True)),
    }


def _volume(user: User, asked: Asked) -> list[Line]:
    return [
        {
            "key": line.key,
            "messages_in": line.counts["messages.heard"],
            "messages_out": line.counts["messages.sent"],
            "tickets_opened": line.counts["opened.opened"],
        }
        for line in reports.volume(user, asked)
    ]


def _agents(user: User, asked: Asked) -> list[Line]:
    return [
        {
            "key": line.key,
            "answered": line.counts["responses.answered"],
            "resolved": sum(line.counts[f"resolutions.{o}"] for o in Resolution),
            "handle_seconds": line.counts["work.seconds"],
            **_times(line),
        }
        for line in reports.agents(user, asked)
    ]


_LENGTHS = {
    "p50_seconds": "seconds",
    "p90_seconds": "seconds",
    "n": "count",
    "waiting": "count",
}
SENDABLE: Mapping[str, Sendable] = {
    ReportName.RESPONSE_TIMES.value: Sendable(_response_times, _LENGTHS),
    ReportName.FIRST_RESPONSES.value: Sendable(_first_responses, _LENGTHS),
    ReportName.ACKNOWLEDGEMENTS.value: Sendable(_acknowledgements, _LENGTHS),
    ReportName.RESOLUTIONS.value: Sendable(_resolutions, _LENGTHS),
    ReportName.SATISFACTION.value: Sendable(
        share_reports.satisfaction, {"share": "share", "answered": "count"}
    ),
    ReportName.RESPONSE_RATE.value: Sendable(
        share_reports.response_rate,
        {
            "needs_answer_share": "share",
            "addressed_share": "share",
            "monitored_share": "share",
            "needs_answer_of": "count",
        },
    ),
    ReportName.ADDED_VALUE.value: Sendable(
        share_reports.added_value,
        {
            "engaged_share": "share",
            "added_share": "share",
            "harm_share": "share",
            "silent_share": "share",
            "conversations": "count",
        },
    ),
    ReportName.SERVICE_LEVEL.value: Sendable(
        _service_level, {f"{promise.value}_share": "share" for promise in Promise}
    ),
    ReportName.REOPEN_RATE.value: Sendable(
        _reopen_rate, {"reopened_share": "share", "resolved": "count"}
    ),
    ReportName.FIRST_CONTACT.value: Sendable(
        _first_contact,
        {"at_once_share": "share", "resolved_with_answer": "count"},
        days_later=STAYED_DAYS,
    ),
    ReportName.BACKLOG.value: Sendable(
        _backlog, {"tickets": "count", "oldest_seconds": "age"}
    ),
    ReportName.VOLUME.value: Sendable(
        _volume,
        dict.fromkeys(("messages_in", "messages_out", "tickets_opened"), "count"),
    ),
    ReportName.AGENTS.value: Sendable(
        _agents,
        {
            "answered": "count",
            "resolved": "count",
            "p50_seconds": "seconds",
            "handle_seconds": "seconds",
        },
        always_by=By.AGENT,
    ),
}


def read(
    user: User, report: str, start: datetime, end: datetime, by: str
) -> list[Line]:
    """Return the lines of a report as `user` may see it now.

    Raises NotAllowed, Invalid where the report has no such lines.
    """
    told = SENDABLE[report]
    if told.always_by and by not in ("", told.always_by):
        raise Invalid(by=_("This report has a line for each agent."))
    by = told.always_by or by
    asked = Asked(Period(start, end), settled_at(), By(by) if by else None)
    lines = told.read(user, asked)
    names = _names(by, [line["key"] for line in lines if line["key"]])
    return [
        {"name": names.get(line["key"], line["key"] or ""), **line} for line in lines
    ]


def _names(by: str, keys: list[str]) -> dict[str, str]:
    """What people call the things that a report names by slug or id."""
    if by == By.TOPIC:
        return {key: name for key, name in names_told().items() if key in keys}
    if by not in _NAMES or not keys:
        return {}
    return dict(fetch(_NAMES[by], [keys]))


_NAMES: Mapping[str, str] = {
    By.QUEUE: "SELECT slug, name FROM webcare_queue WHERE slug = ANY(%s)",
    By.CHANNEL: "SELECT slug, name FROM conversations_channel WHERE slug = ANY(%s)",
    By.AGENT: "SELECT public_id::text, coalesce(nullif(trim(concat(first_name,"
    " ' ', last_name)), ''), username) FROM webcare_user"
    " WHERE public_id = ANY(%s::uuid[])",
}
