"""Work that was set aside: looked at, and driven again."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.work import SetAside, set_aside
from webcare.actions.mending import redrive_work
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.pages import MOST
from webcare.api.permissions import Administration
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.permissions import Permission
from webcare.queries.people import require

STAGES = sorted(settings.PIPELINE_STAGES)


class SetAsideOut(Out):
    """One subject of a stage that failed five times, with the kind of its failure."""

    stage = serializers.ChoiceField(choices=STAGES)
    subject = serializers.IntegerField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    set_aside_at = serializers.DateTimeField()


class RedriveIn(In):
    """All of a stage, unless subjects are named."""

    stage = serializers.ChoiceField(choices=STAGES)
    subjects = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**63 - 1),
        max_length=1_000,
        required=False,
    )


class RedrivenOut(Out):
    redriven = serializers.IntegerField()


def set_aside_out(row: SetAside) -> Json:
    return {**row._asdict(), "set_aside_at": stamp(row.set_aside_at)}


class Work(Endpoint):
    permission_classes = [Administration]

    @says(
        f"List work that was set aside, the newest {MOST}",
        SetAsideOut(many=True),
        tag="system",
    )
    def get(self, request: Request) -> Response:
        require(request.user, Permission.MEND)
        return Response([set_aside_out(row) for row in set_aside(limit=MOST)])


class WorkRedrive(Endpoint):
    permission_classes = [Administration]

    @says(
        "Give set-aside work new attempts",
        RedrivenOut,
        asks=RedriveIn,
        refuses=(422,),
        tag="system",
    )
    def post(self, request: Request) -> Response:
        given = asked(RedriveIn, request)
        count = redrive_work(
            user=request.user, stage=given["stage"], subjects=given.get("subjects")
        )
        return Response({"redriven": count})
