"""What comes in and goes out on a usual day: for the curve of today beside it."""

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.queries.rolls import day_of
from webcare.queries.settled import settled_at
from webcare.queries.usual_days import WEEKS, usual_day


class UsualHourOut(Out):
    """Medians, so that half a message can be there."""

    key = serializers.CharField(help_text="The hour, 00 to 23, on the desk's clock.")
    messages_in = serializers.FloatField()
    messages_out = serializers.FloatField()


class UsualDayOut(Out):
    day = serializers.DateField(help_text="Today, on the desk's clock.")
    days = serializers.IntegerField(
        help_text=f"Of how many days before it the medians are, at most {WEEKS}."
    )
    results = UsualHourOut(many=True)


class UsualDay(Endpoint):
    permission_classes = [Desk]

    @says(
        f"What comes in and goes out by the hour on a day like today: the median of "
        f"the last {WEEKS} of its weekday",
        UsualDayOut,
        refuses=(422,),
        tag="reports",
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {})
        as_of = settled_at()
        today = day_of(as_of)
        usual = usual_day(request.user, today, as_of)
        lines = [
            {"key": hour, "messages_in": flow.heard, "messages_out": flow.sent}
            for hour, flow in usual.hours.items()
        ]
        return Response({"day": str(today), "days": usual.days, "results": lines})
