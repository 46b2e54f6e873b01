"""Channels: connected, changed, and their secrets, which are told once."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import setup
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, Nothing, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries.people import require_role
from webcare.queries.setup import (
    CheckResult,
    Counting,
    Files,
    Mode,
    PrivateReplies,
    channel_named,
    channels,
)

MOST_SECONDS = 60


class ChannelOut(Out):
    """One connected account; `stopped_because` is why its platform refuses it, and
    `check_result` what came of the last test.

    External people are not told that, nor `callback_url`.
    """

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    mode = serializers.ChoiceField(choices=Mode.choices)
    private_replies = serializers.ChoiceField(choices=PrivateReplies.choices)
    private_window_hours = serializers.IntegerField(
        allow_null=True, help_text="After an author's last private message."
    )
    callback_url = serializers.CharField()
    text_limit = serializers.IntegerField()
    counting = serializers.ChoiceField(
        choices=Counting.choices, help_text="What counts as one in `text_limit`."
    )
    files = serializers.ChoiceField(
        choices=Files.choices, help_text="What goes out beside a text."
    )
    public_hold_seconds = serializers.IntegerField()
    private_hold_seconds = serializers.IntegerField()
    pilot_cap = serializers.IntegerField()
    can_hide = serializers.BooleanField()
    can_like = serializers.BooleanField()
    can_retract = serializers.BooleanField()
    blocked_until = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    stopped_because = serializers.CharField()
    checked_at = serializers.DateTimeField(allow_null=True)
    check_result = serializers.ChoiceField(
        choices=[("", ""), *CheckResult.choices], help_text="Empty: never tested."
    )
    check_detail = serializers.CharField(
        help_text="Who we are there, or what was said."
    )


class ConnectedChannelOut(ChannelOut):
    """A new channel with its secret, which is told this once."""

    secret = serializers.CharField(allow_null=True)


class SecretOut(Out):
    secret = serializers.CharField(allow_null=True)


class ChannelChange(In):
    name = serializers.CharField(max_length=100)
    mode = serializers.ChoiceField(choices=Mode.choices, required=False)
    private_replies = serializers.ChoiceField(
        choices=PrivateReplies.choices, required=False
    )
    private_window_hours = serializers.IntegerField(
        min_value=1, max_value=24 * 30, required=False, allow_null=True
    )
    callback_url = serializers.URLField(
        max_length=500, required=False, allow_blank=True
    )
    text_limit = serializers.IntegerField(min_value=1, max_value=50_000, required=False)
    counting = serializers.ChoiceField(choices=Counting.choices, required=False)
    files = serializers.ChoiceField(choices=Files.choices, required=False)
    public_hold_seconds = serializers.IntegerField(
        min_value=0, max_value=MOST_SECONDS, required=False
    )
    private_hold_seconds = serializers.IntegerField(
        min_value=0, max_value=MOST_SECONDS, required=False
    )
    pilot_cap = serializers.IntegerField(
        min_value=0, max_value=1_000_000, required=False
    )
    can_hide = serializers.BooleanField(required=False)
    can_like = serializers.BooleanField(required=False)
    can_retract = serializers.BooleanField(required=False)


class ChannelIn(ChannelChange):
    slug = serializers.SlugField(max_length=50)


def channel_for(user: Any, channel: Any) -> Json:
    """A channel as `user` may see it: for external people without where it calls."""
    told = channel_out(channel)
    if user.is_external:
        told |= {"callback_url": "", "stopped_because": ""}
        told |= {"checked_at": None, "check_result": "", "check_detail": ""}
    return told


def channel_out(channel: Any) -> Json:
    return {
        "id": str(channel.public_id),
        "slug": channel.slug,
        "name": channel.name,
        "kind": channel.kind,
        "mode": channel.mode,
        "private_replies": channel.private_replies,
        "private_window_hours": channel.private_window_hours,
        "callback_url": channel.callback_url,
        "text_limit": channel.text_limit,
        "counting": channel.counting,
        "files": channel.files,
        "public_hold_seconds": channel.public_hold_seconds,
        "private_hold_seconds": channel.private_hold_seconds,
        "pilot_cap": channel.pilot_cap,
        "can_hide": channel.can_hide,
        "can_like": channel.can_like,
        "can_retract": channel.can_retract,
        "blocked_until": stamp(channel.blocked_until),
        "stopped_at": stamp(channel.stopped_at),
        "stopped_because": channel.stopped_because,
        "checked_at": stamp(channel.checked_at),
        "check_result": channel.check_result,
        "check_detail": channel.check_detail,
    }


class Channels(Endpoint):
    permission_classes = [SetUp]
    told_once = frozenset({"secret"})

    @says("List channels", ChannelOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([channel_for(request.user, channel) for channel in channels()])

    @says(
        "Connect a channel",
        ConnectedChannelOut,
        asks=ChannelIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        channel, secret = setup.connect_channel(
            user=request.user, **asked(ChannelIn, request)
        )
        return Response({**channel_out(channel), "secret": secret}, status=201)


class ChannelDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a channel", ChannelOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(channel_for(request.user, channel_named(slug)))

    @says(
        "Change a channel, its mode among others",
        ChannelOut,
        asks=ChannelChange,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = asked(ChannelChange, request, partial=True)
        changed = setup.change_channel(
            user=request.user, channel=channel_named(slug), **fields
        )
        return Response(channel_out(changed))


class ChannelSecret(Endpoint):
    permission_classes = [SetUp]
    told_once = frozenset({"secret"})

    @says(
        "Make a new secret; the one before stays good as well",
        SecretOut,
        asks=Nothing,
        refuses=(404,),
        tag="set-up",
    )
    def post(self, request: Request, slug: str) -> Response:
        secret = setup.renew_secret(user=request.user, channel=channel_named(slug))
        return Response({"secret": secret})


class ChannelResume(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Let a channel that stopped send again",
        ChannelOut,
        asks=Nothing,
        refuses=(404,),
        tag="set-up",
    )
    def post(self, request: Request, slug: str) -> Response:
        resumed = setup.resume_channel(user=request.user, channel=channel_named(slug))
        return Response(channel_out(resumed))


class ChannelTest(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Ask a channel's platform who we are; nobody is told anything there",
        ChannelOut,
        asks=Nothing,
        refuses=(404,),
        tag="set-up",
    )
    def post(self, request: Request, slug: str) -> Response:
        checked = setup.check_channel(user=request.user, channel=channel_named(slug))
        return Response(channel_out(checked))
