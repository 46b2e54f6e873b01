"""Live figures for a screen on the wall."""

from itertools import pairwise

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, NamedOut, Out, stamp
from webcare.domain.wall import WAITING_AGES
from webcare.queries.wall import Seat, Standing, Wall, wall


class WaitingAgeOut(Out):
    """Tickets whose author has waited longer than `above` seconds, up to `up_to`."""

    above = serializers.IntegerField()
    up_to = serializers.IntegerField(allow_null=True)
    tickets = serializers.IntegerField()


class OldestOut(Out):
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    seconds = serializers.IntegerField()


class StandingOut(Out):
    """How a queue stands now.

    `open` are all live tickets, `waiting` those whose author waits for us. A breach
    counts when its time passes, `today` is since midnight where the desk is.
    `expected_waiting_seconds` is what somebody who writes now may expect: those ahead
    and oneself, times the mean open time between the answers of the last two hours,
    on from now in the opening hours; null with fewer than five answers or less than
    fifteen open minutes to go by.
    """

    open = serializers.IntegerField()
    waiting = serializers.IntegerField()
    waiting_ages = WaitingAgeOut(many=True)
    oldest_waiting = OldestOut(allow_null=True)
    due_within_hour = serializers.IntegerField()
    breached_today = serializers.IntegerField()
    answered_today = serializers.IntegerField()
    agents_present = serializers.IntegerField()
    load = serializers.FloatField()
    capacity = serializers.IntegerField()
    expected_waiting_seconds = serializers.IntegerField(allow_null=True)


class QueueStandingOut(StandingOut):
    """`queue` null: what waits to be routed."""

    queue = NamedOut(allow_null=True)


class SeatOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    load = serializers.FloatField()
    capacity = serializers.IntegerField()


class WallOut(Out):
    """`agents` is null for those who may not see people's figures."""

    at = serializers.DateTimeField()
    day_began_at = serializers.DateTimeField()
    total = StandingOut()
    queues = QueueStandingOut(many=True)
    agents = SeatOut(many=True, allow_null=True)


_EDGES = tuple(pairwise((0, *WAITING_AGES, None)))


def standing_out(one: Standing, shown: Wall) -> Json:
    oldest = one.oldest and {
        "ticket": str(one.oldest.ticket),
        "number": one.oldest.number,
        "seconds": max(0, int((shown.at - one.oldest.since).total_seconds())),
    }
    return {
        "open": one.open,
        "waiting": one.waiting,
        "waiting_ages": [
            {"above": above, "up_to": up_to, "tickets": tickets}
            for (above, up_to), tickets in zip(_EDGES, one.ages, strict=True)
        ],
        "oldest_waiting": oldest,
        "due_within_hour": one.due_within_hour,
        "breached_today": one.breached_today,
        "answered_today": one.answered_today,
        "agents_present": one.present,
        "load": one.load,
        "capacity": one.capacity,
        "expected_waiting_seconds": one.expected_seconds,
    }


def seat_out(one: Seat) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "load": one.load,
        "capacity": one.capacity,
    }


class LiveFigures(Endpoint):
    permission_classes = [Desk]

    @says("Show how the queues stand at this moment", WallOut, tag="reports")
    def get(self, request: Request) -> Response:
        shown = wall(request.user)
        queues = [
            {
                "queue": one.queue and {"slug": one.queue, "name": one.name},
                **standing_out(one, shown),
            }
            for one in shown.queues
        ]
        seats = shown.agents
        agents = None if seats is None else [seat_out(one) for one in seats]
        return Response(
            {
                "at": stamp(shown.at),
                "day_began_at": shown.day_began_at.isoformat(),
                "total": standing_out(shown.total, shown),
                "queues": queues,
                "agents": agents,
            }
        )
