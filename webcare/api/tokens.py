"""Keys for clients: told once, listed without, ended at will."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.tokens import make_token, revoke_token
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Administration
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.permissions import Permission
from webcare.domain.tokens import Scope
from webcare.queries.people import require
from webcare.queries.setup import chosen_agent
from webcare.queries.tokens import token_page, tokens

ORDER = "tokens"


class TokenOut(Out):
    """A key, without the key itself: only its digest is kept."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = PersonOut()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    used_at = serializers.DateTimeField(allow_null=True)


class NewTokenOut(TokenOut):
    """A new key, which is told this once."""

    token = serializers.CharField(allow_null=True)


class TokenIn(In):
    """`owner` is whose roles it has; yours if unsaid."""

    name = serializers.CharField(max_length=100)
    owner = serializers.UUIDField(required=False)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


def token_out(token: Any) -> Json:
    return {
        "id": str(token.public_id),
        "name": token.name,
        "owner": person_out(token.user),
        "scopes": token.scopes,
        "created_at": stamp(token.created_at),
        "expires_at": stamp(token.expires_at),
        "revoked_at": stamp(token.revoked_at),
        "used_at": stamp(token.used_at),
    }


class Tokens(Endpoint):
    permission_classes = [Administration]
    told_once = frozenset({"token"})

    @says(
        "List tokens, the newest first",
        TokenOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        require(request.user, Permission.SET_UP)
        read_filters(request, {}, ("limit", "cursor"))
        found, page = token_page(mark_of(request, ORDER), limit_of(request))
        return Response(paged(request, page, [token_out(one) for one in found], ORDER))

    @says(
        "Make a token",
        NewTokenOut,
        asks=TokenIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(TokenIn, request)
        owner = given.pop("owner", None)
        made, key = make_token(
            user=request.user,
            owner=chosen_agent(owner, "owner") if owner else request.user,
            name=given["name"],
            scopes={Scope(scope) for scope in given["scopes"]},
            expires_at=given.get("expires_at"),
        )
        made = tokens().get(pk=made.pk)
        return Response({**token_out(made), "token": key}, status=201)


class TokenRevoke(Endpoint):
    permission_classes = [Administration]

    @says("End a token", TokenOut, asks=Nothing, refuses=(404,), tag="set-up")
    def post(self, request: Request, token: UUID) -> Response:
        ended = revoke_token(user=request.user, token_id=token)
        return Response(token_out(tokens().get(pk=ended.pk)))
