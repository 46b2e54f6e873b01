"""The two doors that no framework stands in front of, described for the schema."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from webcare.api.inputs import In
from webcare.api.schema import REASONS, ProblemOut, says
from webcare.api.shapes import Out
from webcare.queries.conversation import Visibility

Endpoints = list[tuple[str, str, str, Callable[..., Any]]]


class MessageAuthorIn(In):
    external_id = serializers.CharField(max_length=255)
    handle = serializers.CharField(max_length=200, required=False)
    name = serializers.CharField(max_length=200, required=False)


class AttachmentIn(In):
    url = serializers.URLField(max_length=2_000)
    name = serializers.CharField(max_length=255, required=False)
    type = serializers.CharField(max_length=100, required=False)


class MessageIn(In):
    """One message; `external_id` makes a repeat harmless. Unknown fields are kept.

    An edit is the whole message again with `edited_at`. A deletion needs only
    `external_id` and `deleted`.
    """

    external_id = serializers.CharField(max_length=255)
    text = serializers.CharField(max_length=50_000, required=False)
    posted_at = serializers.DateTimeField(required=False)
    author = MessageAuthorIn(required=False)
    thread = serializers.CharField(max_length=255, required=False)
    in_reply_to = serializers.CharField(max_length=255, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, default="public")
    url = serializers.URLField(max_length=2_000, required=False)
    language = serializers.CharField(max_length=12, required=False)
    addressed = serializers.BooleanField(default=True)
    outbound = serializers.BooleanField(default=False)
    history = serializers.BooleanField(default=False)
    attachments = AttachmentIn(many=True, required=False)
    edited_at = serializers.DateTimeField(required=False)
    deleted = serializers.BooleanField(default=False)


class RejectedOut(Out):
    index = serializers.IntegerField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )


class TakenOut(Out):
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    rejected = RejectedOut(many=True)


_SLUG = OpenApiParameter(
    "slug", OpenApiTypes.STR, OpenApiParameter.PATH, description="Of the channel."
)


class IntakeDoor(APIView):
    """Described here, answered by `intake.take_in`."""

    @says(
        "Hand in one message, or a list of up to 1,000",
        TakenOut,
        asks=MessageIn(many=True),
        status=202,
        parameters=(_SLUG,),
        refuses=(404, 413, 415, 422),
        once=False,
        tag="intake",
    )
    def post(self) -> None: ...


_SIGNED = [
    _SLUG,
    *(
        OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ),
]


class HookDoor(APIView):
    """Described here, answered by `conversations.webhooks`."""

    @extend_schema(
        summary="Hand in messages with a signature (Standard Webhooks)",
        tags=["intake"],
        auth=[],
        request=MessageIn(many=True),
        parameters=_SIGNED,
        responses={
            202: OpenApiResponse(description="Kept. It is read within a second."),
            **{
                (one, "application/problem+json"): OpenApiResponse(
                    ProblemOut, REASONS[one]
                )
                for one in (401, 413, 415)
            },
        },
    )
    def post(self) -> None: ...


def add_doors(endpoints: Endpoints, **_: Any) -> Endpoints:
    """Put the two doors among the endpoints that the schema is made of."""
    intake = "/api/v1/channels/{slug}/messages"
    return [
        *endpoints,
        (intake, intake, "POST", IntakeDoor.as_view()),
        ("/hooks/{slug}", "/hooks/{slug}", "POST", HookDoor.as_view()),
    ]
