"""Who changed which rights, and whose."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.permissions import Permission
from webcare.queries.people import require
from webcare.queries.setup import audit_page


class AuditOut(Out):
    """One change of rights, by whom and of whom."""

    id = serializers.UUIDField()
    what = serializers.CharField()
    who = PersonOut(allow_null=True)
    whom = PersonOut(allow_null=True)
    about = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    at = serializers.DateTimeField()


class Audit(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the changes of rights, the newest first",
        AuditOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        require(request.user, Permission.SEE_AUDIT)
        read_filters(request, {}, ("limit", "cursor"))
        found, page = audit_page(mark_of(request, "audit"), limit_of(request))
        shown = [audit_out(one) for one in found]
        return Response(paged(request, page, shown, "audit"))


def audit_out(one: Any) -> Json:
    return {
        "id": str(one.public_id),
        "what": one.what,
        "who": one.who and person_out(one.who),
        "whom": one.whom and person_out(one.whom),
        "about": one.about,
        "before": one.before,
        "after": one.after,
        "at": stamp(one.at),
    }
