"""Outgoing webhooks: who is told what, what became of it, and telling it again."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import subscriptions as acting
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, one_of, read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.outward import FAILING
from webcare.queries.setup import chosen_agent, chosen_queues
from webcare.queries.subscriptions import (
    EVENT_NAMES,
    DeliveryRow,
    Disabled,
    State,
    delivery_page,
    delivery_row,
    subscription_for,
    subscriptions,
)

HEALTH = ("healthy", "failing", "off")
MOST_QUEUES = 200


class SubscriptionOut(Out):
    """Who is told what. `health` is `failing` after several failed calls in a row:
    then one is tried now and again, and the others wait."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = PersonOut()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=EVENT_NAMES))
    queues = serializers.ListField(child=serializers.SlugField())
    is_active = serializers.BooleanField()
    disabled_because = serializers.ChoiceField(
        choices=Disabled.choices, allow_blank=True
    )
    health = serializers.ChoiceField(choices=HEALTH)
    failures = serializers.IntegerField()
    paused_until = serializers.DateTimeField(allow_null=True)
    succeeded_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewSubscriptionOut(SubscriptionOut):
    """A new subscription with its secret, which is told this once."""

    secret = serializers.CharField(allow_null=True)


class SubscriptionSecretOut(Out):
    secret = serializers.CharField(allow_null=True)


class SubscriptionChange(In):
    """`events` and `queues` choose; empty means all that the owner may see."""

    name = serializers.CharField(max_length=100)
    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_NAMES),
        required=False,
        max_length=len(EVENT_NAMES),
    )
    queues = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=MOST_QUEUES
    )
    is_active = serializers.BooleanField(required=False)


class SubscriptionIn(In):
    """`owner` is whose sight decides what is told; yours if unsaid."""

    name = serializers.CharField(max_length=100)
    url = serializers.URLField(max_length=500)
    owner = serializers.UUIDField(required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_NAMES),
        required=False,
        max_length=len(EVENT_NAMES),
    )
    queues = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=MOST_QUEUES
    )


class SubscriptionDeliveryOut(Out):
    """One event on its way to a subscription. `id` is its `webhook-id`; `sequence`
    counts the events of one ticket without a gap."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    ticket = serializers.UUIDField(allow_null=True)
    event = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=State.choices)
    attempts = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    failure = serializers.CharField()
    made_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class ReplayIn(In):
    """Everything made since then, or only what was given up."""

    since = serializers.DateTimeField()
    only_dead = serializers.BooleanField(default=False)


class ReplayedOut(Out):
    replayed = serializers.IntegerField()


def subscription_out(one: Any) -> Json:
    return {
        "id": str(one.public_id),
        "name": one.name,
        "owner": person_out(one.owner),
        "url": one.url,
        "events": one.events,
        "queues": sorted(queue.slug for queue in one.queues.all()),
        "is_active": one.is_active,
        "disabled_because": one.disabled_because,
        "health": _health(one),
        "failures": one.failures,
        "paused_until": stamp(one.paused_until),
        "succeeded_at": stamp(one.succeeded_at),
        "failed_at": stamp(one.failed_at),
        "created_at": stamp(one.created_at),
    }


def _health(one: Any) -> str:
    if not one.is_active:
        return "off"
    return "failing" if one.failures >= FAILING else "healthy"


def delivery_out(row: DeliveryRow) -> Json:
    return {
        "id": str(row.id),
        "name": row.name,
        "ticket": row.ticket and str(row.ticket),
        "event": row.event,
        "sequence": row.sequence,
        "state": row.state,
        "attempts": row.attempts,
        "status_code": row.status_code,
        "failure": row.failure,
        "made_at": stamp(row.made_at),
        "due_at": stamp(row.due_at),
        "settled_at": stamp(row.settled_at),
    }


def _with_queues(fields: Json) -> Json:
    """Queues by the names that clients know. Raises Invalid."""
    if "queues" in fields:
        fields["queues"] = chosen_queues(fields["queues"])
    return fields


class Subscriptions(Endpoint):
    permission_classes = [SetUp]
    told_once = frozenset({"secret"})

    @says("List subscriptions", SubscriptionOut(many=True), tag="webhooks")
    def get(self, request: Request) -> Response:
        return Response([subscription_out(one) for one in subscriptions(request.user)])

    @says(
        "Subscribe an address to events",
        NewSubscriptionOut,
        asks=SubscriptionIn,
        status=201,
        refuses=(422,),
        tag="webhooks",
    )
    def post(self, request: Request) -> Response:
        given = _with_queues(asked(SubscriptionIn, request))
        owner = given.pop("owner", None)
        made, secret = acting.make_subscription(
            user=request.user,
            owner=chosen_agent(owner, "owner") if owner else request.user,
            **given,
        )
        made = subscription_for(request.user, made.public_id)
        return Response({**subscription_out(made), "secret": secret}, status=201)


class SubscriptionDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a subscription", SubscriptionOut, refuses=(404,), tag="webhooks")
    def get(self, request: Request, subscription: UUID) -> Response:
        return Response(subscription_out(subscription_for(request.user, subscription)))

    @says(
        "Change a subscription, or switch it on or off",
        SubscriptionOut,
        asks=SubscriptionChange,
        refuses=(404, 422),
        tag="webhooks",
    )
    def patch(self, request: Request, subscription: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        fields = _with_queues(asked(SubscriptionChange, request, partial=True))
        acting.change_subscription(user=request.user, subscription=one, **fields)
        return Response(subscription_out(subscription_for(request.user, subscription)))

    @says("End a subscription", None, status=204, refuses=(404,), tag="webhooks")
    def delete(self, request: Request, subscription: UUID) -> Response:
        acting.end_subscription(
            user=request.user, subscription=subscription_for(request.user, subscription)
        )
        return Response(status=204)


class SubscriptionSecret(Endpoint):
    permission_classes = [SetUp]
    told_once = frozenset({"secret"})

    @says(
        "Make a new secret; the one before signs as well until the next",
        SubscriptionSecretOut,
        asks=Nothing,
        refuses=(404,),
        tag="webhooks",
    )
    def post(self, request: Request, subscription: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        secret = acting.renew_subscription_secret(user=request.user, subscription=one)
        return Response({"secret": secret})


class SubscriptionTest(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Send a ping",
        SubscriptionDeliveryOut,
        asks=Nothing,
        status=202,
        refuses=(404, 422),
        tag="webhooks",
    )
    def post(self, request: Request, subscription: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        made = acting.ping(user=request.user, subscription=one)
        return Response(delivery_out(delivery_row(one, made.public_id)), status=202)


STATE = Filter(one_of(*State.values), "Only these.", choices=tuple(State.values))


class SubscriptionDeliveries(Endpoint):
    permission_classes = [SetUp]

    @says(
        "See what a subscription was told, the newest first",
        SubscriptionDeliveryOut,
        parameters=(STATE.parameter("state"), *PAGING),
        refuses=(404, 422),
        tag="webhooks",
        is_list=True,
    )
    def get(self, request: Request, subscription: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        state = read_filters(request, {"state": STATE}, ("limit", "cursor"))
        rows, page = delivery_page(
            one, state.get("state"), mark_of(request, "made"), limit_of(request)
        )
        return Response(paged(request, page, [*map(delivery_out, rows)], "made"))


class DeliveryReplay(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Tell one event again, under the same id",
        SubscriptionDeliveryOut,
        asks=Nothing,
        status=202,
        refuses=(404, 422),
        tag="webhooks",
    )
    def post(self, request: Request, subscription: UUID, delivery: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        acting.replay(user=request.user, subscription=one, delivery_id=delivery)
        return Response(delivery_out(delivery_row(one, delivery)), status=202)


class SubscriptionReplay(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Tell again what was told since a moment",
        ReplayedOut,
        asks=ReplayIn,
        status=202,
        refuses=(404, 422),
        tag="webhooks",
    )
    def post(self, request: Request, subscription: UUID) -> Response:
        one = subscription_for(request.user, subscription)
        given = asked(ReplayIn, request)
        count = acting.replay_since(user=request.user, subscription=one, **given)
        return Response({"replayed": count}, status=202)
