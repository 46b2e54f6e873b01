"""Who calls: a client with a token in the header, or a person with a session."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import (
    SessionAuthentication as CookieAuthentication,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from webcare.actions.tokens import note_use
from webcare.queries.people import Rights
from webcare.queries.tokens import Holder, holder_of

if TYPE_CHECKING:
    from webcare.models import User

CHALLENGE = 'Bearer realm="webcare"'


def token_in(request: HttpRequest) -> str | None:
    """Return the bearer token of the header; None when there is none."""
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer wc_…`; one statement. `request.auth` is the Holder."""

    def authenticate(self, request: Request) -> tuple["User", Holder] | None:
        token = token_in(request)
        if token is None:
            return None
        holder = holder_of(token)
        if holder is None:
            raise AuthenticationFailed(_("This token is not valid (any more)."))
        note_use(holder.token, holder.used_at)
        return holder.user, holder

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class SessionAuthentication(CookieAuthentication):
    """The desk's own pages; unsafe methods are checked against forgery.

    What the person may do is read once for all that follows, as it is for tokens.
    """

    def authenticate(self, request: Request) -> tuple["User", None] | None:
        found: tuple[User, None] | None = super().authenticate(request)
        if found is not None:
            Rights.read_once(found[0])
        return found
