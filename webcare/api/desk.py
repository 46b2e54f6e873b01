"""The desk itself: what it is called, and leaving the demo for one's own."""

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.desk import change_desk
from webcare.actions.leaving import leave_demo
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.domain.beginnings import (
    LANGUAGES,
    LONGEST_NAME,
    LONGEST_WORDS,
    MOST_WORDS,
    beginning_of,
)
from webcare.queries.desk import desk_named
from webcare.queries.leaving import Step, can_be_left, step
from webcare.queries.people import require_role


class DeskOut(Out):
    """`language` is that of people who are added without one; each browser's own if
    null. `is_demo` while this is the desk that nobody works on, `can_be_left` where it
    can be left for one's own. `leaving` is how far that is: null where nobody asked.
    """

    name = serializers.CharField()
    language = serializers.CharField(allow_null=True)
    is_demo = serializers.BooleanField()
    can_be_left = serializers.BooleanField()
    leaving = serializers.ChoiceField(choices=Step.choices, allow_null=True)


class DeskIn(In):
    """What is left out stays as it is."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    language = serializers.ChoiceField(
        choices=LANGUAGES, allow_null=True, required=False
    )


class LeaveIn(In):
    """The desk that is wanted. `week` is that of a calendar, `words` are one word or
    phrase each; both may be left for later. `username` and `password` will open it."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    time_zone = serializers.CharField(max_length=100, default="Europe/Amsterdam")
    week = serializers.JSONField(required=False)
    words = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_WORDS),
        max_length=MOST_WORDS,
        required=False,
    )
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1_000, trim_whitespace=False)
    first_name = serializers.CharField(max_length=150, required=False)
    last_name = serializers.CharField(max_length=150, required=False)


def _shown(request: Request, status: int = 200) -> Response:
    require_role(request.user)
    found = desk_named()
    told = found._asdict() | {
        "language": found.language or None,
        "can_be_left": can_be_left(),
        "leaving": step(),
    }
    return Response(DeskOut(told).data, status=status)


class DeskDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at what the desk is called", DeskOut, tag="set-up")
    def get(self, request: Request) -> Response:
        return _shown(request)

    @says(
        "Call the desk something else",
        DeskOut,
        asks=DeskIn,
        refuses=(422,),
        once=False,
        tag="set-up",
    )
    def patch(self, request: Request) -> Response:
        change_desk(user=request.user, **asked(DeskIn, request))
        return _shown(request)


class DeskLeave(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Leave the demo for a desk of your own",
        DeskOut,
        asks=LeaveIn,
        status=202,
        refuses=(409, 422),
        once=False,
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(LeaveIn, request)
        password = given.pop("password")
        beginning = beginning_of({**given, "password": ""})
        leave_demo(user=request.user, beginning=beginning, password=password)
        return _shown(request, status=202)
