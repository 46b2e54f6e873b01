"""The routing table, its versions, and what it would change."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.routing_table import Preview, preview_table, save_table
from webcare.api.calendars import seen
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.domain.outcomes import Priority
from webcare.domain.routing_table import MOST_RULES
from webcare.queries import routing as queries
from webcare.queries.people import require_role
from webcare.queries.sight import require_own_desk

LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$"


class RoutingRuleIn(In):
    """What is left out holds for every ticket; a topic includes those below it."""

    queue = serializers.SlugField()
    topic = serializers.SlugField(required=False, allow_null=True)
    channel = serializers.SlugField(required=False, allow_null=True)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )
    priority = serializers.ChoiceField(
        choices=Priority.choices, required=False, allow_blank=True
    )
    authors = serializers.SlugField(required=False, allow_null=True)
    rule = serializers.IntegerField(
        required=False, help_text="As it was read; each gets a new one."
    )


class TableIn(In):
    rules = serializers.ListSerializer[Any](
        child=RoutingRuleIn(), max_length=MOST_RULES
    )


class PreviewIn(TableIn):
    days = serializers.IntegerField(min_value=1, max_value=31, default=7)


class RouteOut(Out):
    """`rule` is the number that tickets give as the reason why they wait there."""

    rule = serializers.IntegerField()
    queue = serializers.CharField()
    topic = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    priority = serializers.CharField()
    authors = serializers.CharField(allow_null=True)


class TableOut(Out):
    """Asked in this order, then the topics' own queues; `default` gets what is left."""

    version = serializers.IntegerField()
    rules = RouteOut(many=True)
    default = serializers.CharField(allow_null=True)


class RoutingVersionOut(Out):
    version = serializers.IntegerField()
    rules = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    made_by = PersonOut(allow_null=True)


class OldTableOut(Out):
    """A version as it was saved: names as they were then."""

    version = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    rules = serializers.ListField(child=serializers.DictField())


class PairOut(Out):
    was = serializers.CharField()
    now = serializers.CharField()
    tickets = serializers.IntegerField()


class MovedOut(Out):
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    excerpt = serializers.CharField()
    was = serializers.CharField()
    now = serializers.CharField()


class RoutingPreviewOut(Out):
    """Of the tickets looked at, those that would wait elsewhere: how many, and some."""

    looked_at = serializers.IntegerField()
    is_complete = serializers.BooleanField()
    moved = serializers.IntegerField()
    pairs = PairOut(many=True)
    sample = MovedOut(many=True)


def _table() -> Json:
    newest = queries.newest_version()
    return {
        "version": newest.number if newest else 0,
        "rules": queries.rules_now(),
        "default": queries.default_queue(),
    }


def preview_out(preview: Preview) -> Json:
    queues = sorted({queue for *pair, _ in preview.pairs for queue in pair})
    tickets, slugs = queries.told([one.ticket for one in preview.sample], queues)
    return {
        "looked_at": preview.looked_at,
        "is_complete": preview.is_complete,
        "moved": preview.moved,
        "pairs": [
            {"was": slugs[was], "now": slugs[now], "tickets": count}
            for was, now, count in preview.pairs
        ],
        "sample": [
            {
                "ticket": str(tickets[one.ticket][0]),
                "number": one.ticket,
                "excerpt": tickets[one.ticket][1],
                "was": slugs[one.was],
                "now": slugs[one.now],
            }
            for one in preview.sample
        ],
    }


class RoutingTable(Endpoint):
    permission_classes = [SetUp]

    @says("See the routing table", TableOut, tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        return Response(_table())

    @says(
        "Save the routing table as a new version",
        TableOut,
        asks=TableIn,
        parameters=(IF_MATCH,),
        refuses=(409, 412, 422),
        tag="set-up",
    )
    def put(self, request: Request) -> Response:
        given = asked(TableIn, request)
        save_table(user=request.user, rules=given["rules"], version=seen(request))
        return Response(_table())


class RoutingPreview(Endpoint):
    permission_classes = [SetUp]

    @says(
        "See which of the last tickets a table would have placed elsewhere",
        RoutingPreviewOut,
        asks=PreviewIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(PreviewIn, request)
        return Response(preview_out(preview_table(user=request.user, **given)))


class RoutingVersions(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List the versions of the routing table, the newest first",
        RoutingVersionOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, CURSOR)
        require_role(request.user)
        require_own_desk(request.user)
        mark, limit = mark_of(request, "versions"), limit_of(request)
        rows, page = queries.version_page(mark, limit)
        out = [
            {
                "version": row.number,
                "rules": row.rules,
                "made_at": stamp(row.made_at),
                "made_by": person(row.by, row.by_name),
            }
            for row in rows
        ]
        return Response(paged(request, page, out, "versions"))


class RoutingVersion(Endpoint):
    permission_classes = [SetUp]

    @says("See the table as it was", OldTableOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, number: int) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        found = queries.version_numbered(number)
        return Response(
            {
                "version": found.number,
                "made_at": stamp(found.made_at),
                "rules": found.rules,
            }
        )
