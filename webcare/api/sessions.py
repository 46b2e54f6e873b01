"""Where the caller is signed in, and the way out from there."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import sessions
from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.queries.sessions import SessionRow, sessions_of
from webcare.queries.tokens import Holder


class SessionOut(Out):
    """A browser in which you are signed in; `is_this` is the one that asks."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    device = serializers.CharField(allow_blank=True)
    is_this = serializers.BooleanField()


def session_out(row: SessionRow) -> Json:
    return {
        "id": str(row.id),
        "at": stamp(row.at),
        "ends_at": stamp(row.ends_at),
        "device": row.device,
        "is_this": row.is_this,
    }


class Sessions(Endpoint):
    permission_classes = [Desk]

    @says("List where you are signed in", SessionOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        rows = sessions_of(request.user, own_session(request))
        return Response([session_out(row) for row in rows])

    @says("Sign out everywhere else", None, status=204, tag="set-up")
    def delete(self, request: Request) -> Response:
        sessions.end_other_sessions(user=request.user, key=own_session(request))
        return Response(status=204)


class SessionDetail(Endpoint):
    permission_classes = [Desk]

    @says("Sign out in one browser", None, status=204, refuses=(404,), tag="set-up")
    def delete(self, request: Request, session: UUID) -> Response:
        sessions.end_session(user=request.user, session=session)
        return Response(status=204)


def own_session(request: Request) -> str | None:
    """The session of who calls; a token has none."""
    if isinstance(request.auth, Holder):
        return None
    key: str | None = request.session.session_key
    return key
