"""How the caller wants to hear what they are told."""

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.notification_settings import choose_notifications
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.queries.notification_settings import how_told

CLOCK = "%H:%M"


class NotificationSettingOut(Out):
    """Quiet hours are on the reader's own clock; danger does not keep them.

    `letter_at`, on the desk's clock, is when a letter tells each day what is unread.
    """

    in_page = serializers.BooleanField()
    desktop = serializers.BooleanField()
    quiet_from = serializers.TimeField(format=CLOCK, allow_null=True)
    quiet_until = serializers.TimeField(format=CLOCK, allow_null=True)
    letter_at = serializers.TimeField(format=CLOCK, allow_null=True)


class NotificationSettingIn(In):
    """What is left out stays as it is."""

    in_page = serializers.BooleanField(required=False)
    desktop = serializers.BooleanField(required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    letter_at = serializers.TimeField(required=False, allow_null=True)


class NotificationSettings(Endpoint):
    permission_classes = [Desk]

    @says("Look at how you are told", NotificationSettingOut, tag="notifications")
    def get(self, request: Request) -> Response:
        told = how_told(request.user)
        return Response(NotificationSettingOut(told._asdict()).data)

    @says(
        "Choose how you are told",
        NotificationSettingOut,
        asks=NotificationSettingIn,
        refuses=(422,),
        once=False,
        tag="notifications",
    )
    def patch(self, request: Request) -> Response:
        choose_notifications(user=request.user, **asked(NotificationSettingIn, request))
        return self.get(request)
