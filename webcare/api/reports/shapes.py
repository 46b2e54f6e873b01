"""What the lines of reports have in common."""

from rest_framework import serializers

from webcare.api.reports.behind import tickets_behind
from webcare.api.shapes import Json, Out
from webcare.domain.reports import PERCENTILES, By, Clock, Look, Times, buckets
from webcare.queries.reports import Asked


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
