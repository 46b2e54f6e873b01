"""What lies in the desk: at a moment, and at each midnight."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Request
from webcare.api.filters import Filter, read_filters
from webcare.api.reports.asked import FILTERS, period_of
from webcare.api.reports.report import Report
from webcare.api.reports.tables import flat_table, json_lines
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.parameters import moment, one_of
from webcare.domain.reports import AGES, By
from webcare.exceptions import Invalid
from webcare.queries import backlog
from webcare.queries.backlog import Lay
from webcare.queries.reports import Asked
from webcare.queries.settled import settled_at


class AgeOut(Out):
    """Tickets older than `above_days`, up to and including `up_to_days`."""

    above_days = serializers.IntegerField()
    up_to_days = serializers.IntegerField(allow_null=True)
    tickets = serializers.IntegerField()


class BacklogLineOut(Out):
    """Live tickets at the moment; `opening` at the one before, where one was asked.

    Without a queue they waited to be routed.
    """

    key = serializers.CharField(allow_null=True)
    of = serializers.CharField(
        allow_null=True, help_text="What a line of a midnight is of, if asked."
    )
    tickets = serializers.IntegerField()
    opening = serializers.IntegerField(allow_null=True)
    oldest_seconds = serializers.IntegerField(allow_null=True)
    ages = AgeOut(many=True)


class BacklogOut(Out):
    at = serializers.DateTimeField()
    tickets = serializers.IntegerField(allow_null=True)
    results = BacklogLineOut(many=True)


KEPT_BY = tuple(by.value for by in backlog.KEPT_BY)
_LYING = ("queue", "topic", "agent", "channel", "priority", "day")
LYING = {name: FILTERS[name] for name in ("queue", "topic", "channel", "format")} | {
    "at": Filter(moment, "The moment, as it was known then; now if unsaid."),
    "from": Filter(moment, "An earlier moment to compare with, or the first midnight."),
    "to": Filter(moment, "The same as `at`."),
    "by": Filter(
        one_of(*_LYING),
        "One line for each; queue if unsaid. A day is how it began, once it was kept.",
        choices=_LYING,
    ),
    "of": Filter(
        one_of(*KEPT_BY),
        "With `by=day`: a line for each of these on each day.",
        choices=KEPT_BY,
    ),
}


class Backlog(Report):
    """On recorded time: what the desk knew at the moment."""

    name = "backlog"
    summary = "Count the live tickets at a moment, or at each midnight, and their ages"
    shape = BacklogOut
    filters = LYING

    def answer(self, request: Request) -> Any:
        given = read_filters(request, LYING)
        lines, at = _lying(request, given)
        results = [_lay(line, before) for line, before in lines]
        match given.get("format"):
            case "csv":
                return flat_table(results)
            case "jsonl":
                return json_lines(results, "report")
        by_day = given.get("by") == By.DAY
        total = None if by_day else sum(one["tickets"] for one in results)
        return Response({"at": stamp(at), "tickets": total, "results": results})


def _lying(
    request: Request, given: Json
) -> tuple[list[tuple[Lay, int | None]], datetime]:
    """Each line with what lay there before, and the moment it is of. Raises Invalid."""
    settled = settled_at()
    at: datetime = given.get("at") or given.get("to") or settled
    if at > settled + timedelta(seconds=1):
        raise Invalid(at=_("What lies there then is not known yet."))
    at = min(at, settled)
    asked = Asked(
        period=period_of({**given, "to": at}, at),
        as_of=settled,
        by=By(given.get("by", By.QUEUE)),
        queue=given.get("queue"),
        topic=given.get("topic"),
        channel=given.get("channel"),
    )
    of = By(given["of"]) if "of" in given else None
    if asked.by == By.DAY:
        found = backlog.midnights(request.user, asked, of)
        return [(line, None) for line in found], at
    if of:
        raise Invalid(of=_("Ask this by day."))
    lines = backlog.backlog(request.user, asked, at)
    if "from" not in given:
        return [(line, None) for line in lines], at
    before = backlog.backlog(request.user, asked, given["from"])
    return backlog.beside(lines, before), at


def _lay(line: Lay, opening: int | None) -> Json:
    edges = [*pairwise((0, *AGES)), (AGES[-1], None)]
    return {
        "key": line.key,
        "of": line.of,
        "tickets": line.tickets,
        "opening": opening,
        "oldest_seconds": line.oldest_seconds,
        "ages": [
            {"above_days": above, "up_to_days": up_to, "tickets": tickets}
            for (above, up_to), tickets in zip(edges, line.ages, strict=True)
        ],
    }
