"""How long the desk keeps what people said, and what of it would go."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.retention import change_retention
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Administration
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.retention import KINDS, LEAST_DAYS, MOST_DAYS
from webcare.queries import retention as queries

TAG = "people and privacy"


def _days(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, **more)


def _asked_days(about: str) -> serializers.IntegerField:
    return _days(
        min_value=LEAST_DAYS, max_value=MOST_DAYS, required=False, help_text=about
    )


class ErasedDayOut(Out):
    """How many rows of what were erased on a day, since they were old."""

    day = serializers.DateField()
    counts = serializers.DictField(child=serializers.IntegerField())
    at = serializers.DateTimeField()


class RetentionOut(Out):
    """Days that things are kept; null is for ever. `erased` are the last days on which
    anything went, the newest first."""

    tickets = _days()
    heard = _days()
    raw = _days()
    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = PersonOut(allow_null=True)
    erased = ErasedDayOut(many=True)


class RetentionIn(In):
    """What is left out stays, or in a trial is kept for ever."""

    tickets = _asked_days("Texts on tickets that ended, from their end.")
    heard = _asked_days("Messages that became no ticket, from when they came in.")
    raw = _asked_days("What was sent to us, byte for byte.")


class RetentionTrialOut(Out):
    """How much would go: tickets, messages on them, messages that became no ticket,
    and calls as they came in."""

    tickets = serializers.IntegerField()
    messages = serializers.IntegerField()
    heard = serializers.IntegerField()
    raw = serializers.IntegerField()


def _shown(request: Request) -> Json:
    kept = queries.retention_for(request.user)
    by = kept.changed_by
    return {kind: getattr(kept, kind) for kind in KINDS} | {
        "changed_at": stamp(kept.changed_at) if by else None,
        "changed_by": person_out(by) if by else None,
        "erased": [
            {"day": str(one.day), "counts": one.counts, "at": stamp(one.at)}
            for one in queries.erased_lately(request.user)
        ],
    }


class RetentionDetail(Endpoint):
    permission_classes = [Administration]

    @says("See how long things are kept", RetentionOut, tag=TAG)
    def get(self, request: Request) -> Response:
        return Response(_shown(request))

    @says(
        "Say how long things are kept",
        RetentionOut,
        asks=RetentionIn,
        refuses=(422,),
        once=False,
        tag=TAG,
    )
    def patch(self, request: Request) -> Response:
        change_retention(user=request.user, days=asked(RetentionIn, request))
        return Response(_shown(request))


class RetentionTrial(Endpoint):
    permission_classes = [Administration]

    @says(
        "See how much would go, and let nothing go",
        RetentionTrialOut,
        asks=RetentionIn,
        refuses=(422,),
        once=False,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        days = asked(RetentionIn, request)
        return Response(queries.would_erase(request.user, days))
