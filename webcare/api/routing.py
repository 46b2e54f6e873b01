"""The routing table, its versions, what it would change, and lists of authors."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import author_lists as lists
from webcare.actions.routing_table import Preview, preview_table, save_table
from webcare.api.calendars import seen
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import AuthorOut, Json, Out, PersonOut, person, stamp
from webcare.domain.outcomes import Priority
from webcare.domain.permissions import Permission
from webcare.domain.routing_table import MOST_RULES
from webcare.queries import routing as queries
from webcare.queries.people import require, require_role
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


class AuthorListOut(Out):
    slug = serializers.CharField()
    name = serializers.CharField()
    authors = serializers.IntegerField()


class AuthorListIn(In):
    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=100)


class AuthorListChange(In):
    name = serializers.CharField(max_length=100)


class ListedOut(Out):
    author = AuthorOut()
    listed_at = serializers.DateTimeField()


class ListedPageOut(Out):
    """A list, and a page of who is on it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    results = ListedOut(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class WriterIn(In):
    """Somebody who wrote to us, as they are called on a channel."""

    channel = serializers.SlugField()
    handle = serializers.CharField(max_length=200)


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


class AuthorLists(Endpoint):
    permission_classes = [SetUp]

    @says("List the lists of authors", AuthorListOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        return Response([row._asdict() for row in queries.author_lists()])

    @says(
        "Make a list of authors",
        AuthorListOut,
        asks=AuthorListIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        made = lists.make_list(user=request.user, **asked(AuthorListIn, request))
        return Response(
            {"slug": made.slug, "name": made.name, "authors": 0}, status=201
        )


class AuthorListDetail(Endpoint):
    permission_classes = [SetUp]

    @says(
        "List who is on a list",
        ListedPageOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="set-up",
    )
    def get(self, request: Request, slug: str) -> Response:
        read_filters(request, {}, CURSOR)
        require_role(request.user)
        require_own_desk(request.user)
        found = queries.author_list_named(slug)
        mark, limit = mark_of(request, "listed"), limit_of(request)
        rows, page = queries.listed_page(found, mark, limit)
        out = [
            {
                "author": {
                    "id": str(row.author),
                    "handle": row.handle,
                    "name": row.name,
                },
                "listed_at": stamp(row.listed_at),
            }
            for row in rows
        ]
        named = {"slug": found.slug, "name": found.name}
        return Response(named | paged(request, page, out, "listed"))

    @says(
        "Rename a list",
        AuthorListOut,
        asks=AuthorListChange,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, slug: str) -> Response:
        found = queries.author_list_named(slug)
        name = asked(AuthorListChange, request)["name"]
        lists.rename_list(user=request.user, author_list=found, name=name)
        [row] = [one for one in queries.author_lists() if one.slug == slug]
        return Response(row._asdict())

    @says(
        "Remove a list that no rule asks for",
        None,
        status=204,
        refuses=(404, 409),
        tag="set-up",
    )
    def delete(self, request: Request, slug: str) -> Response:
        found = queries.author_list_named(slug)
        lists.remove_list(user=request.user, author_list=found)
        return Response(status=204)


class AuthorListMembers(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Put who is called this on a list",
        AuthorOut,
        asks=WriterIn,
        status=201,
        refuses=(404, 422),
        tag="set-up",
    )
    def post(self, request: Request, slug: str) -> Response:
        found = queries.author_list_named(slug)
        require(request.user, Permission.SET_UP)
        author = queries.author_called(**asked(WriterIn, request))
        lists.list_author(user=request.user, author_list=found, author=author)
        told = {
            "id": str(author.public_id),
            "handle": author.handle,
            "name": author.name,
        }
        return Response(told, status=201)


class AuthorListMember(Endpoint):
    permission_classes = [SetUp]

    @says("Put an author on a list", None, status=204, refuses=(404, 422), tag="set-up")
    def put(self, request: Request, slug: str, author: UUID) -> Response:
        lists.list_author(
            user=request.user,
            author_list=queries.author_list_named(slug),
            author=queries.author_of(author),
        )
        return Response(status=204)

    @says("Take an author off a list", None, status=204, refuses=(404,), tag="set-up")
    def delete(self, request: Request, slug: str, author: UUID) -> Response:
        lists.unlist_author(
            user=request.user,
            author_list=queries.author_list_named(slug),
            author=queries.author_of(author),
        )
        return Response(status=204)
