"""The promises on a ticket: how each stands, and why."""

from uuid import UUID

from django.db.models import TextChoices
from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.clocks import late_from
from webcare.domain.outcomes import Promise
from webcare.queries.clocks import Explained, Version, explain


class ClockState(TextChoices):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class SpanOut(Out):
    """A stretch of a clock; `why` it did not count, or why the desk was open.

    A status for what held it up; otherwise what the calendar says, with the `name` of
    a holiday or of an exception.
    """

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    counted = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)


class PolicyVersionOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class CalendarVersionOut(Out):
    slug = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class ClockOut(Out):
    """One promise, under which policy and hours it was made, and what counted.

    Without a policy it is the queue's own, without a calendar all of the time counts.
    `due_at` is null while it is held up; from `late_from` on it is broken. What has
    warned or was broken once stays so.
    """

    promise = serializers.ChoiceField(choices=Promise.choices)
    state = serializers.ChoiceField(choices=ClockState.choices)
    policy = PolicyVersionOut(allow_null=True)
    calendar = CalendarVersionOut(allow_null=True)
    target_seconds = serializers.IntegerField()
    spent_seconds = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    late_from = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    spans = SpanOut(many=True)


def clock_out(clock: Explained) -> Json:
    row = clock.row
    policy, calendar = clock.policy, clock.calendar
    return {
        "promise": row.promise,
        "state": _state(clock).value,
        "policy": policy and {"id": policy.key, **_named(policy)},
        "calendar": calendar and {"slug": calendar.key, **_named(calendar)},
        "target_seconds": row.target_seconds,
        "spent_seconds": clock.spent_seconds,
        "started_at": stamp(row.started_at),
        "due_at": stamp(row.due_at),
        "late_from": stamp(row.due_at and late_from(row.due_at)),
        "paused_at": stamp(row.paused_at),
        "stopped_at": stamp(row.stopped_at),
        "warned_at": stamp(row.warned_at),
        "breached_at": stamp(row.breached_at),
        "spans": [
            {
                "start": stamp(span.start),
                "end": stamp(span.end),
                "counted": span.counted,
                "why": span.why,
                "name": span.name,
            }
            for span in clock.spans
        ],
    }


def _named(version: Version) -> Json:
    return {"name": version.name, "version": version.number}


def _state(clock: Explained) -> ClockState:
    if clock.row.stopped_at:
        return ClockState.STOPPED
    return ClockState.PAUSED if clock.row.paused_at else ClockState.RUNNING


class TicketClocks(Endpoint):
    permission_classes = [Desk]

    @says(
        "Look at the promises on a ticket, and at what counted",
        ClockOut(many=True),
        refuses=(404,),
        tag="tickets",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        found = explain(request.user, ticket)
        return Response([clock_out(clock) for clock in found])
