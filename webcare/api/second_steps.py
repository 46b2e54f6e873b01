"""A code after the password: begun, confirmed and ended by oneself."""

from typing import ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import second_factors
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk, SetUp
from webcare.api.schema import says
from webcare.api.sessions import own_session
from webcare.api.shapes import Out, stamp
from webcare.queries.people import require_role
from webcare.queries.second_factors import address_to_scan, second_step_of
from webcare.queries.setup import agent_for


class SecondStepOut(Out):
    """`since` is null while a password is enough."""

    since = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()


class PasswordIn(In):
    password = serializers.CharField(max_length=1_000, trim_whitespace=False)


class CodeIn(In):
    """Of the app, or a recovery code."""

    code = serializers.CharField(max_length=100)


class StepSecretOut(Out):
    """Told this once. `address` is what an app takes over, as a link or a picture."""

    secret = serializers.CharField()
    address = serializers.CharField()


class RecoveryCodesOut(Out):
    """Each comes in once, where the phone is lost. Told this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class SecondStep(Endpoint):
    permission_classes = [Desk]
    told_once: ClassVar[frozenset[str]] = frozenset({"secret", "address"})

    @says("Look whether your password is enough", SecondStepOut, tag="set-up")
    def get(self, request: Request) -> Response:
        found = second_step_of(request.user)
        return Response(
            {"since": stamp(found.since), "recovery_codes_left": found.codes_left}
        )

    @says(
        "Draw a secret for your app, asked for once it is confirmed",
        StepSecretOut,
        asks=PasswordIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(PasswordIn, request)
        made = second_factors.begin(user=request.user, password=given["password"])
        address = address_to_scan(request.user)
        return Response({"secret": made.secret, "address": address}, status=201)


class SecondStepConfirm(Endpoint):
    permission_classes = [Desk]
    told_once: ClassVar[frozenset[str]] = frozenset({"recovery_codes"})

    @says(
        "Show a first code: from now on one is asked for",
        RecoveryCodesOut,
        asks=CodeIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        code = asked(CodeIn, request)["code"]
        codes = second_factors.confirm(
            user=request.user, code=code, session=own_session(request)
        )
        return Response({"recovery_codes": codes})


class RecoveryCodes(Endpoint):
    permission_classes = [Desk]
    told_once: ClassVar[frozenset[str]] = frozenset({"recovery_codes"})

    @says(
        "Draw new recovery codes in place of those before",
        RecoveryCodesOut,
        asks=CodeIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        code = asked(CodeIn, request)["code"]
        codes = second_factors.draw_recovery_codes(user=request.user, code=code)
        return Response({"recovery_codes": codes})


class SecondStepEnd(Endpoint):
    permission_classes = [Desk]

    @says(
        "Let your password be enough again",
        None,
        asks=CodeIn,
        status=204,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        second_factors.end(user=request.user, code=asked(CodeIn, request)["code"])
        return Response(status=204)


class AgentSecondStep(Endpoint):
    permission_classes = [SetUp]

    @says(
        "End the second step of somebody who lost phone and codes",
        None,
        status=204,
        refuses=(404, 422),
        tag="set-up",
    )
    def delete(self, request: Request, agent: UUID) -> Response:
        require_role(request.user)
        found = agent_for(request.user, agent)
        second_factors.end_for(user=request.user, agent=found)
        return Response(status=204)
