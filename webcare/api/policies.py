"""Policies: what is promised for which tickets, in their order."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import policies as actions
from webcare.actions.policies import MOST_TRIED
from webcare.api.calendars import seen
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.policies import CONDITIONS
from webcare.queries import policies as queries
from webcare.queries.people import require_role

PARTS = ("conditions", "promises", "calendar")
ORDER = "-made"


class ConditionsOut(Out):
    """All that are given have to hold, each by any of its values."""

    def get_fields(self) -> dict[str, Any]:
        def names() -> Any:  # a field belongs to one member
            return serializers.ListField(child=serializers.CharField(), required=False)

        return {name: names() for name in CONDITIONS}


class TargetOut(Out):
    """How long it may take; `time` is business (opening hours) or calendar.

    `warnings` are shares of the time ({"fraction": 0.8}) or seconds before it is due
    ({"before": 900}); null is in the last fifth. `pauses_while` are the statuses in
    which nothing counts; null is pending and on_hold for resolution, none for answers.
    """

    seconds = serializers.IntegerField()
    time = serializers.CharField()
    by_priority = serializers.DictField(child=serializers.IntegerField())
    warnings = serializers.ListField(child=serializers.DictField(), allow_null=True)
    pauses_while = serializers.ListField(child=serializers.CharField(), allow_null=True)


class PromisesOut(Out):
    """One that is not named is promised by the queue itself; null is not promised."""

    first_response = TargetOut(allow_null=True, required=False)
    next_response = TargetOut(allow_null=True, required=False)
    resolution = TargetOut(allow_null=True, required=False)


class PolicyOut(Out):
    """What is promised; of several policies that hold, the first decides."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    version = serializers.IntegerField()
    conditions = ConditionsOut()
    promises = PromisesOut()
    calendar = serializers.CharField(allow_null=True)
    made_at = serializers.DateTimeField()
    changed_by = PersonOut(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class PolicyVersionInFullOut(Out):
    number = serializers.IntegerField()
    conditions = ConditionsOut()
    promises = PromisesOut()
    calendar = serializers.CharField(allow_null=True)
    made_at = serializers.DateTimeField()
    made_by = PersonOut(allow_null=True)


class PolicyChange(In):
    """What is left out stays. A mistake in a part is told under its path."""

    name = serializers.CharField(max_length=100)
    is_enabled = serializers.BooleanField(required=False)
    conditions = serializers.JSONField(required=False)
    promises = serializers.JSONField(required=False)
    calendar = serializers.SlugField(max_length=50, required=False, allow_null=True)


class PolicyIn(PolicyChange):
    promises = serializers.JSONField()


class OrderIn(In):
    policies = serializers.ListField(child=serializers.UUIDField(), max_length=200)


class TryPolicyIn(In):
    """A policy that is only tried, on the last tickets that you may see."""

    conditions = serializers.JSONField(required=False)
    promises = serializers.JSONField()
    calendar = serializers.SlugField(max_length=50, required=False, allow_null=True)
    last = serializers.IntegerField(min_value=1, max_value=MOST_TRIED, default=100)


class WouldPromiseOut(Out):
    promise = serializers.CharField()
    seconds = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)


class TriedTicketOut(Out):
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    promises = WouldPromiseOut(many=True)


class TriedOut(Out):
    """The tickets it would hold for if it came first, and when they would be due."""

    looked_at = serializers.IntegerField()
    matched = TriedTicketOut(many=True)


def policy_out(policy: Any, version: Any) -> Json:
    return {
        "id": str(policy.public_id),
        "name": policy.name,
        "position": policy.position,
        "is_enabled": policy.is_enabled,
        "version": policy.version,
        **version.definition,
        "made_at": stamp(policy.made_at),
        "changed_by": version.made_by and person_out(version.made_by),
        "retired_at": stamp(policy.retired_at),
    }


def version_out(version: Any) -> Json:
    return {
        "number": version.number,
        **version.definition,
        "made_at": stamp(version.made_at),
        "made_by": version.made_by and person_out(version.made_by),
    }


def _shown(public_id: UUID, status: int = 200) -> Response:
    policy, version = queries.policy_for(public_id)
    tag = {"ETag": f'"{policy.version}"'}
    return Response(policy_out(policy, version), status=status, headers=tag)


def _split(fields: Json) -> tuple[Json, Json]:
    """What it says, and what is said beside it."""
    definition = {name: fields.pop(name) for name in PARTS if name in fields}
    return definition, fields


class Policies(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List the policies in use, in the order they are asked",
        PolicyOut(many=True),
        tag="set-up",
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([policy_out(*one) for one in queries.policies()])

    @says(
        "Make a policy: it holds for what is promised from now on",
        PolicyOut,
        asks=PolicyIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        definition, fields = _split(asked(PolicyIn, request))
        made = actions.make_policy(user=request.user, definition=definition, **fields)
        return _shown(made.public_id, status=201)


class PolicyDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a policy", PolicyOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, policy: UUID) -> Response:
        require_role(request.user)
        return _shown(policy)

    @says(
        "Change a policy: the change is a version of its own",
        PolicyOut,
        asks=PolicyChange,
        refuses=(404, 412, 422),
        parameters=(IF_MATCH,),
        tag="set-up",
        once=False,
    )
    def patch(self, request: Request, policy: UUID) -> Response:
        found, _ = queries.policy_for(policy)
        definition, fields = _split(asked(PolicyChange, request, partial=True))
        actions.change_policy(
            user=request.user,
            policy=found,
            version=seen(request),
            definition=definition,
            **fields,
        )
        return _shown(policy)

    @says(
        "Take a policy out of use",
        None,
        status=204,
        refuses=(404, 412),
        parameters=(IF_MATCH,),
        tag="set-up",
    )
    def delete(self, request: Request, policy: UUID) -> Response:
        found, _ = queries.policy_for(policy)
        actions.retire_policy(user=request.user, policy=found, version=seen(request))
        return Response(status=204)


class PolicyVersions(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List what a policy ever said, the newest first",
        PolicyVersionInFullOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request, policy: UUID) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        found, _ = queries.policy_for(policy)
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = queries.version_page(found, mark, limit)
        return Response(paged(request, page, [version_out(v) for v in rows], ORDER))


class PolicyOrder(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Put the policies in another order",
        PolicyOut(many=True),
        asks=OrderIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(OrderIn, request)
        actions.order_policies(user=request.user, **given)
        return Response([policy_out(*one) for one in queries.policies()])


class PolicyTrial(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Try a policy on the last tickets, and change nothing",
        TriedOut,
        asks=TryPolicyIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(TryPolicyIn, request)
        last = given.pop("last")
        looked_at, found = actions.try_policy(
            user=request.user, definition=given, last=last
        )
        matched = [
            {
                "ticket": str(one.ticket),
                "number": one.number,
                "promises": [
                    {"promise": name, "seconds": seconds, "due_at": stamp(due_at)}
                    for name, (seconds, due_at) in one.promises.items()
                ],
            }
            for one in found
        ]
        return Response({"looked_at": looked_at, "matched": matched})
