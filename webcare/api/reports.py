"""Reports, as JSON or as a table for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, flag, read_filters
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.counted_figures import FIGURES
from webcare.domain.histograms import ERROR
from webcare.domain.outcomes import Resolution, Verdict
from webcare.domain.parameters import moment, one_of
from webcare.domain.reports import (
    LONGEST_DAYS,
    PERCENTILES,
    By,
    Clock,
    Look,
    Times,
    Wait,
    buckets,
    neutral,
)
from webcare.domain.tables import as_json_lines
from webcare.exceptions import Invalid
from webcare.queries import listening, reports
from webcare.queries.reports import Asked, Line, Period
from webcare.queries.rolls import begin_of, week_or_day
from webcare.queries.settled import settled_at

USUAL = timedelta(days=7)
FORMATS = ("json", "csv", "jsonl")
WITHIN = {
    "from": Filter(moment, "The first instant; seven days before `to` if unsaid."),
    "to": Filter(moment, "Up to and without this instant; `as_of` if unsaid."),
    "format": Filter(one_of(*FORMATS), "json if unsaid.", choices=FORMATS),
}
FILTERS = WITHIN | {
    "by": Filter(one_of(*By.values), "One line for each.", choices=tuple(By.values)),
    "view": Filter(
        one_of(*Look.values),
        "What began in the period (cohort, if unsaid), or what ended in it (event).",
        choices=tuple(Look.values),
    ),
    "queue": Filter(str, "Only this queue, by its slug."),
    "topic": Filter(str, "Only this topic and those below it, by its slug."),
    "channel": Filter(str, "Only this channel, by its slug."),
    "as_of": Filter(
        moment, "As it was known at this instant; the newest that is settled if unsaid."
    ),
}
TIMED = FILTERS | {
    "clock": Filter(
        one_of(*Clock.values),
        "By the clock on the wall (calendar, if unsaid), or in open hours (business).",
        choices=tuple(Clock.values),
    ),
    "exact": Filter(
        flag, "Read every length to the second, which takes longer.", type=bool
    ),
}


WAITS = TIMED | {
    "of": Filter(
        one_of(*Wait.values),
        "Every answer (all, if unsaid), the first of each conversation (first), those "
        "after it (next), or the first that its author heard of us (acknowledgement).",
        choices=tuple(Wait.values),
    ),
}


def parameters(filters: Mapping[str, Filter]) -> tuple[Any, ...]:
    return tuple(one.parameter(name) for name, one in filters.items())


class PercentileOut(Out):
    """`seconds` is null when not reached: too few have been answered to say."""

    percent = serializers.IntegerField()
    seconds = serializers.IntegerField(allow_null=True)
    reached = serializers.BooleanField()


class BucketOut(Out):
    """Ended cases longer than `above` seconds, up to and including `up_to`."""

    above = serializers.IntegerField()
    up_to = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class TimesOut(Out):
    """Seconds. Percentiles after Kaplan and Meier, waiting cases included."""

    n = serializers.IntegerField()
    ended = serializers.IntegerField()
    waiting = serializers.IntegerField()
    longest_waiting_seconds = serializers.IntegerField(allow_null=True)
    percentiles = PercentileOut(many=True)
    mean_seconds = serializers.FloatField(allow_null=True)
    buckets = BucketOut(many=True)


class LineOut(Out):
    """`tickets` is where the tickets behind the line are listed, if there is a list;
    `waiting_tickets` where those are that still wait."""

    key = serializers.CharField(allow_null=True)
    tickets = serializers.CharField(allow_null=True)


class TimedLineOut(LineOut, TimesOut):
    waiting_tickets = serializers.CharField(allow_null=True)


class FiguresOut(TimedLineOut):
    """Of the ended, `within_target` kept their promise, of `with_target` that had one.

    What was answered in closed time is in no percentile in open hours, and counted
    in `answered_in_closed_time`.
    """

    left_unanswered = serializers.IntegerField()
    within_target = serializers.IntegerField()
    with_target = serializers.IntegerField()
    answered_in_closed_time = serializers.IntegerField()


class ResolvedOut(TimedLineOut):
    """To the ending that stands; `first` is to the first one, whatever came after."""

    left_unanswered = serializers.IntegerField()
    first = TimesOut()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    resolved = serializers.IntegerField()
    stayed_resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()
    uncertain = serializers.IntegerField()


class HeadOut(Out):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    as_of = serializers.DateTimeField()
    by = serializers.ChoiceField(choices=By.choices, allow_null=True)
    view = serializers.ChoiceField(choices=Look.choices)
    counted = serializers.CharField(
        allow_null=True,
        help_text="The filter `counted` of a list of tickets, without the figure: the"
        " tickets behind one are asked for with `&figure=` its name, and `&key=` and"
        " `&promise=` of its line.",
    )


class ReportOut(HeadOut):
    """Asked again with `as_of`, a report says the same.

    Percentiles are within `error` of the exact ones, as a share; all else is exact.
    """


class TimedOut(ReportOut):
    clock = serializers.ChoiceField(choices=Clock.choices)
    error = serializers.FloatField()


class ResponseTimesOut(TimedOut):
    of = serializers.ChoiceField(choices=Wait.choices)
    results = FiguresOut(many=True)


class ResolutionsOut(TimedOut):
    outcomes = serializers.DictField(child=serializers.IntegerField())
    results = ResolvedOut(many=True)


def times_out(times: Times) -> Json:
    return {
        "n": times.n,
        "ended": times.ended,
        "waiting": times.waiting,
        "longest_waiting_seconds": times.longest_waiting,
        "percentiles": [
            {"percent": percent, "seconds": seconds, "reached": seconds is not None}
            for percent, seconds in zip(PERCENTILES, times.percentiles, strict=True)
        ],
        "mean_seconds": times.mean,
        "buckets": [
            {"above": above, "up_to": up_to, "count": count}
            for (above, up_to), count in zip(buckets(), times.buckets, strict=True)
        ],
    }


def line_out(key: str | None, asked: Asked) -> Json:
    return {"key": key, "tickets": tickets_behind(key, asked)}


# The list of tickets is asked by these, too; an hour of the day it does not know.
_LISTED = {
    **{by: by.value for by in (By.QUEUE, By.TOPIC, By.AGENT)},
    **{by: by.value for by in (By.CHANNEL, By.PRIORITY)},
}


def tickets_behind(
    key: str | None, asked: Asked, since: str = "opened", **more: str
) -> str | None:
    """Where the tickets of a line are listed: those opened in the period, of that key,
    or those whose author waits since then.

    None where no list says just that.
    """
    start, end = asked.period
    if asked.view != Look.COHORT or asked.by == By.HOUR:
        return None
    given = {"queue": asked.queue, "topic": asked.topic, "channel": asked.channel}
    if asked.by in _LISTED:
        if key is None and asked.by in (By.CHANNEL, By.PRIORITY):
            return None
        given[_LISTED[asked.by]] = key or "none"
    elif asked.by and key:
        first, after = week_or_day(key)
        start, end = max(start, begin_of(first)), min(end, begin_of(after))
    given |= {f"{since}_after": stamp(start), f"{since}_before": stamp(end)} | more
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('api:tickets')}?{query}"


def counted_of(name: str, asked: Asked) -> str | None:
    """Return what the figures of a report count, for a list of tickets to be asked."""
    if name not in FIGURES:
        return None
    start, end = asked.period
    given: dict[str, Any] = {"report": name, "from": stamp(start), "to": stamp(end)}
    given |= {"as_of": stamp(asked.as_of), "view": asked.view.value}
    given |= {"of": asked.of.value, "clock": asked.clock.value, "by": asked.by}
    given |= {one: getattr(asked, one) for one in ("queue", "topic", "channel")}
    return urlencode({one: value for one, value in given.items() if value})


class Report(Endpoint):
    """What all reports share: what they are asked, as of when, and how they answer."""

    permission_classes = [Desk]
    filters: ClassVar[Mapping[str, Filter]] = FILTERS
    usual: ClassVar[Look] = Look.COHORT  # the view where nobody says which
    name: ClassVar[str] = ""  # what its figures are of, where lists know

    def answer(self, request: Request) -> Any:
        given = read_filters(request, self.filters)
        asked = self.looked(asked_for({"view": self.usual} | given))
        body = self.report(request, asked)
        match given.get("format"):
            case "csv":
                return flat_table(body["results"])
            case "jsonl":
                return json_lines(body["results"], "report")
        counted = {"counted": counted_of(self.name, self.of(asked))}
        return Response(said(asked, self.filters) | counted | body)

    def looked(self, asked: Asked) -> Asked:
        """What is asked, where a report has only one view."""
        return asked

    def of(self, asked: Asked) -> Asked:
        """What its lines are of, where that goes without asking."""
        return asked

    def report(self, request: Request, asked: Asked) -> Json:
        """Return `results`, one line each, and what else there is to say."""
        raise NotImplementedError


def asked_for(given: Json) -> Asked:
    """Read what a report is asked for. Raises Invalid."""
    settled = settled_at()
    as_of = given.get("as_of", settled)
    if as_of > settled:
        raise Invalid(as_of=_("What was known then is not settled yet."))
    return Asked(
        period=period_of(given, as_of),
        as_of=as_of,
        by=By(given["by"]) if "by" in given else None,
        view=Look(given.get("view", Look.COHORT)),
        clock=Clock(given.get("clock", Clock.CALENDAR)),
        exact=given.get("exact", False),
        of=Wait(given.get("of", Wait.ALL)),
        **{name: given.get(name) for name in ("queue", "topic", "channel")},
    )


def period_of(given: Json, now: datetime) -> Period:
    """Raises Invalid."""
    end = given.get("to", now)
    start = given.get("from", end - USUAL)
    if not start < end:
        raise Invalid(**{"from": _("Begin before the end.")})
    if end - start > timedelta(days=LONGEST_DAYS):
        raise Invalid(
            **{"from": _("Ask for at most %(days)s days.") % {"days": LONGEST_DAYS}}
        )
    return Period(start.astimezone(UTC), end.astimezone(UTC))


def said(asked: Asked, filters: Mapping[str, Filter]) -> Json:
    body: Json = {
        "start": stamp(asked.period.start),
        "end": stamp(asked.period.end),
        "as_of": stamp(asked.as_of),
        "by": asked.by and asked.by.value,
        "view": asked.view.value,
    }
    if "clock" in filters:
        body["clock"] = asked.clock.value
        body["error"] = 0.0 if asked.exact else ERROR
    return body


def flat_table(lines: Sequence[Json]) -> HttpResponse:
    """Answer with a row for each line of a report; without lines there is no head."""
    rows = [dict(_flat(line)) for line in lines]
    head = list(rows[0]) if rows else ["key"]
    return table(head, [list(row.values()) for row in rows], "report")


def _flat(line: Json, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in line.items():
        if name in _LISTS:
            for each in value:
                column, cell = _LISTS[name](each)
                yield f"{before}{column}", cell
        elif isinstance(value, dict):
            yield from _flat(value, f"{before}{name}_")
        else:
            yield f"{before}{name}", value


def _percentile(one: Json) -> tuple[str, Any]:
    shown = one["seconds"] if one["reached"] else "not reached"
    return f"p{one['percent']}_seconds", shown


def _bucket(one: Json) -> tuple[str, Any]:
    edge = f"up_to_{one['up_to']}" if one["up_to"] else f"above_{one['above']}"
    return edge, one["count"]


def _age(one: Json) -> tuple[str, Any]:
    to, above = one["up_to_days"], one["above_days"]
    return f"up_to_{to}_days" if to else f"above_{above}_days", one["tickets"]


_LISTS = {"percentiles": _percentile, "buckets": _bucket, "ages": _age}


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], name: str
) -> HttpResponse:
    """Answer with CSV of which no cell is taken for a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def json_lines(lines: Iterable[Json], name: str) -> HttpResponse:
    """Answer with a line of JSON for each."""
    return HttpResponse(
        as_json_lines(lines),
        content_type="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{name}.jsonl"'},
    )


class ResponseTimes(Report):
    name = "response-times"
    filters = WAITS

    @says(
        "How long authors waited for an answer",
        ResponseTimesOut,
        parameters=parameters(WAITS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.response_times(request.user, asked)
        results = [_response_times(line, asked) for line in found]
        return {"of": asked.of.value, "results": results}


def _response_times(line: Line, asked: Asked) -> Json:
    return {
        **line_out(line.key, asked),
        "waiting_tickets": _waiting(line.key, asked),
        **times_out(line.times),
        "left_unanswered": line.counts["left"],
        "within_target": line.counts["within_target"],
        "with_target": line.counts["with_target"],
        "answered_in_closed_time": line.counts["in_closed_time"],
    }


def _waiting(key: str | None, asked: Asked) -> str | None:
    """Of a first word or a later question no list knows who waits for it."""
    return tickets_behind(key, asked, "waiting") if asked.of == Wait.ALL else None


class Resolutions(Report):
    name = "resolutions"
    filters = TIMED

    @says(
        "How long tickets took, and what became of them",
        ResolutionsOut,
        parameters=parameters(TIMED),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.resolutions(request.user, asked)
        return {
            "outcomes": reports.outcomes(last.counts for last, _ in found),
            "results": [_resolutions(*both, asked) for both in found],
        }


def _resolutions(last: Line, first: Line, asked: Asked) -> Json:
    outcomes = {name: last.counts[name] for name in Resolution.values}
    resolved = sum(first.counts[name] for name in Resolution.values)
    reopened = first.counts["reopened"]
    uncertain = first.counts.get("uncertain", 0)
    return {
        **line_out(last.key, asked),
        "waiting_tickets": tickets_behind(last.key, asked, status="live"),
        **times_out(last.times),
        "left_unanswered": sum(outcomes.values()) - outcomes[Resolution.ANSWERED],
        "first": times_out(first.times),
        "outcomes": outcomes,
        "resolved": resolved,
        "stayed_resolved": resolved - reopened - uncertain,
        "reopened": reopened,
        "uncertain": uncertain,
    }


class DecidedOut(Out):
    """Messages heard, by what was decided about them and why."""

    day = serializers.DateField()
    channel = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    messages = serializers.IntegerField()


class Decisions(Endpoint):
    permission_classes = [Desk]

    @says(
        "What was heard, and how much of it became a ticket",
        DecidedOut(many=True),
        parameters=parameters(WITHIN),
        refuses=(422,),
        is_table=True,
        tag="listening",
    )
    def get(self, request: Request) -> Any:
        given = read_filters(request, WITHIN)
        rows = listening.decisions(request.user, period_of(given, settled_at()))
        if given.get("format") == "csv":
            return table(listening.Decided._fields, rows, "decisions")
        lines = [{**row._asdict(), "day": row.day.isoformat()} for row in rows]
        if given.get("format") == "jsonl":
            return json_lines(lines, "decisions")
        return Response(lines)
