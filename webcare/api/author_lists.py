"""Lists of authors, for rules and promises to ask about."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import author_lists as lists
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import AuthorOut, Out, stamp
from webcare.domain.permissions import Permission
from webcare.queries import routing as queries
from webcare.queries.people import require, require_role
from webcare.queries.sight import require_own_desk


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
