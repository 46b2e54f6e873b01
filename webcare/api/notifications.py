"""What the caller was told about tickets."""

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.notifications import read_notifications
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, flag, read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, stamp
from webcare.queries.notifications import (
    NotificationKind,
    NotificationRow,
    notification_page,
)
from webcare.queries.tickets import ticket_for

MOST = 200
FILTERS = {"unread": Filter(flag, "Only what is unread, or only what is read.", bool)}
ORDER = "unread-first"


class AboutTicketOut(Out):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    excerpt = serializers.CharField()


class NotificationOut(Out):
    """One thing you were told; `actor` is who did it, where somebody did."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=NotificationKind.choices)
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    ticket = AboutTicketOut()
    note = serializers.UUIDField(allow_null=True)
    event = serializers.IntegerField(allow_null=True)
    actor = PersonOut(allow_null=True)


class ReadIn(In):
    """Which: those named, those about a ticket, or `all`."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST
    )
    ticket = serializers.UUIDField(required=False)
    all = serializers.BooleanField(default=False)

    def validate(self, given: Json) -> Json:
        if not given["all"] and "ids" not in given and "ticket" not in given:
            sentence = _("Send ids, a ticket, or all: true.")
            raise serializers.ValidationError({"ids": sentence})
        return given


class ReadOut(Out):
    read = serializers.IntegerField()


def notification_out(row: NotificationRow) -> Json:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "at": stamp(row.at),
        "read_at": stamp(row.read_at),
        "ticket": {
            "id": str(row.ticket),
            "number": row.number,
            "excerpt": row.excerpt,
        },
        "note": row.note and str(row.note),
        "event": row.event,
        "actor": row.actor and {"id": str(row.actor), "name": row.actor_name},
    }


class Notifications(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what you were told: unread first, then the newest",
        NotificationOut,
        parameters=(
            *(one.parameter(name) for name, one in FILTERS.items()),
            *PAGING,
        ),
        refuses=(422,),
        tag="notifications",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        unread = read_filters(request, FILTERS, ("limit", "cursor")).get("unread")
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = notification_page(request.user, unread, mark, limit)
        shown = [notification_out(row) for row in rows]
        return Response(paged(request, page, shown, ORDER))


class Read(Endpoint):
    permission_classes = [Desk]

    @says(
        "Say that you have read what you were told",
        ReadOut,
        asks=ReadIn,
        refuses=(404, 422),
        tag="notifications",
    )
    def post(self, request: Request) -> Response:
        given = asked(ReadIn, request)
        about = given.get("ticket")
        ticket = about and ticket_for(request.user, about, with_names=False)
        count = read_notifications(
            user=request.user, ids=given.get("ids"), ticket=ticket or None
        )
        return Response({"read": count})
