"""What counts by a calendar in an interval, and why."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.clock import database_now
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.calendars import Calendar, Span, Why
from webcare.domain.parameters import moment
from webcare.exceptions import Invalid
from webcare.queries import calendars as queries
from webcare.queries.people import require_role

LONGEST = timedelta(days=400)  # of an interval that is explained
USUAL = timedelta(days=7)
MOST_SECONDS = 366 * 86_400


class OpenSpanOut(Out):
    """A stretch that counts, or not, and why: `name` is of the holiday or the extra."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    why = serializers.ChoiceField(choices=Why.choices)
    name = serializers.CharField(allow_blank=True)


class ExplanationOut(Out):
    """How many seconds of an interval are open, and which.

    Asked with `seconds`, `end` is the first instant at which so many have passed.
    """

    calendar = serializers.CharField()
    number = serializers.IntegerField()
    time_zone = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    open_seconds = serializers.IntegerField()
    spans = OpenSpanOut(many=True)


def span_out(span: Span) -> Json:
    return {
        "start": stamp(span.start),
        "end": stamp(span.end),
        "is_open": span.is_open,
        "why": span.why.value,
        "name": span.name,
    }


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_SECONDS):
        raise ValueError(
            _("Send a number from 0 to %(most)s.") % {"most": MOST_SECONDS}
        )
    return int(text[:9])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 9):
        raise ValueError(_("Send the number of a version."))
    return int(text)


EXPLAINED = {
    "from": Filter(moment, "The first instant; now if unsaid."),
    "to": Filter(moment, "Up to this instant; seven days after `from` if unsaid."),
    "seconds": Filter(_seconds, "Open seconds to add, instead of `to`.", int),
    "number": Filter(_number, "Of the version; the newest if unsaid.", int),
}


class CalendarExplanation(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Explain what counts of an interval, or when a promise is due",
        ExplanationOut,
        parameters=tuple(one.parameter(name) for name, one in EXPLAINED.items()),
        refuses=(404, 422),
        tag="set-up",
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        given = read_filters(request, EXPLAINED)
        row = queries.calendar_for(request.user, slug)
        version = row.current
        if "number" in given:
            version = queries.version_of(row.calendar, given["number"])
        calendar = queries.compiled([version.pk])[version.pk]
        start, end = _interval(calendar, given)
        return Response(
            {
                "calendar": slug,
                "number": version.number,
                "time_zone": calendar.definition.time_zone,
                "start": stamp(start),
                "end": stamp(end),
                "open_seconds": calendar.open_seconds(start, end),
                "spans": [span_out(one) for one in calendar.spans(start, end)],
            }
        )


def _interval(calendar: Calendar, given: Json) -> tuple[datetime, datetime]:
    start = given.get("from") or database_now()
    if "seconds" in given and "to" in given:
        raise Invalid(seconds=_("Send either to or seconds."))
    try:
        if "seconds" in given:
            end = calendar.add_open_seconds(start, given["seconds"])
        else:
            end = given.get("to") or start + USUAL
    except OverflowError as error:
        raise Invalid(**{"from": _("Ask about a time nearer to now.")}) from error
    if end < start:
        raise Invalid(to=_("End after the beginning."))
    if end - start > LONGEST:
        field = "seconds" if "seconds" in given else "to"
        raise Invalid(
            **{field: _("Ask for at most %(days)s days.") % {"days": LONGEST.days}}
        )
    return start, end
