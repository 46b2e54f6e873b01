"""People who wrote to us: what is kept of them, and erasing it."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import erasures as actions
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Administration
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.erasures import Reason
from webcare.exceptions import NotFound
from webcare.queries import erasures as queries
from webcare.queries import holdings

AGE, NUMBER = "asked", "person"
LONGEST = 255
TAG = "people and privacy"


class KnownAsOut(Out):
    """Somebody on one channel; on another one they are somebody else."""

    id = serializers.UUIDField()
    channel = serializers.CharField()
    external_id = serializers.CharField()
    handle = serializers.CharField()
    name = serializers.CharField()


class ErasureOut(Out):
    """An erasure, and in the end its receipt: nothing in it says who it was.

    `step` of `steps` is where it is; `counts` are the rows of each kind so far.
    """

    id = serializers.UUIDField()
    person = serializers.UUIDField()
    asked_by = PersonOut()
    asked_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    reference = serializers.CharField()
    step = serializers.IntegerField()
    steps = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    finished_at = serializers.DateTimeField(allow_null=True)


class HeldOut(KnownAsOut):
    """What is kept of somebody, as counts. `hindrances` are sentences that say what
    has to end before they can be erased, `alike` has their handle elsewhere."""

    held = serializers.DictField(child=serializers.IntegerField())
    alike = KnownAsOut(many=True)
    hindrances = serializers.ListField(child=serializers.CharField())
    erasure = ErasureOut(allow_null=True)


class EverythingOut(Out):
    """All that is kept of somebody, a list of each kind."""

    person = KnownAsOut()
    messages = serializers.ListField(child=serializers.DictField())
    tickets = serializers.ListField(child=serializers.DictField())
    answers = serializers.ListField(child=serializers.DictField())
    files = serializers.ListField(child=serializers.DictField())
    notes = serializers.ListField(child=serializers.DictField())
    questions = serializers.ListField(child=serializers.DictField())
    surveys = serializers.ListField(child=serializers.DictField())
    lists = serializers.ListField(child=serializers.DictField())


class ErasureIn(In):
    """`reference` is what the request is called elsewhere, and never a name."""

    reason = serializers.ChoiceField(choices=Reason.choices)
    reference = serializers.CharField(max_length=100, required=False, allow_blank=True)


def erasure_out(erasure: Any) -> Json:
    return {
        "id": str(erasure.public_id),
        "person": str(erasure.author.public_id),
        "asked_by": person_out(erasure.asked_by),
        "asked_at": stamp(erasure.asked_at),
        "reason": erasure.reason,
        "reference": erasure.reference,
        "step": erasure.step,
        "steps": actions.STEP_COUNT,
        "counts": erasure.counts,
        "finished_at": stamp(erasure.finished_at),
    }


def known_as(row: holdings.PersonRow) -> Json:
    return row._asdict() | {"id": str(row.id)}


Q = Filter(str, "A handle, an id of a platform, or the number of a ticket of theirs.")


class People(Endpoint):
    permission_classes = [Administration]

    @says(
        "Find somebody who wrote to us",
        KnownAsOut,
        parameters=(Q.parameter("q"), *PAGING),
        refuses=(422,),
        tag=TAG,
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        given = read_filters(request, {"q": Q}, ("limit", "cursor"))
        mark, limit = mark_of(request, NUMBER), limit_of(request)
        asked_for = given.get("q", "")[:LONGEST]
        found, page = holdings.people_page(request.user, asked_for, mark, limit)
        return Response(paged(request, page, [known_as(one) for one in found], NUMBER))


class PersonDetail(Endpoint):
    permission_classes = [Administration]

    @says("See what is kept of somebody", HeldOut, refuses=(404,), tag=TAG)
    def get(self, request: Request, person: UUID) -> Response:
        author = holdings.person_for(request.user, person)
        erasure = queries.erasure_of(author)
        return Response(
            {
                "id": str(author.public_id),
                "channel": author.channel.slug,
                "external_id": author.external_id,
                "handle": author.handle,
                "name": author.name,
                "held": holdings.counts_of(author),
                "alike": [known_as(one) for one in holdings.alike(author)],
                "hindrances": [] if erasure else queries.hindrances(author),
                "erasure": erasure and erasure_out(erasure),
            }
        )


class PersonExport(Endpoint):
    permission_classes = [Administration]

    @says(
        "Get all that is kept of somebody, for them",
        EverythingOut,
        refuses=(404,),
        tag=TAG,
    )
    def get(self, request: Request, person: UUID) -> StreamingHttpResponse:
        author = holdings.person_for(request.user, person)
        return export_of(request.user, author)


def export_of(user: Any, author: Any) -> StreamingHttpResponse:
    """All that is kept of an author, as a file of JSON; that it left is audited."""
    actions.note_export(user=user, author=author)
    name = f"person-{author.public_id}.json"
    return StreamingHttpResponse(
        holdings.everything_of(author),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class PersonErasure(Endpoint):
    permission_classes = [Administration]

    @says("See how far an erasure is", ErasureOut, refuses=(404,), tag=TAG)
    def get(self, request: Request, person: UUID) -> Response:
        found = queries.erasure_of(holdings.person_for(request.user, person))
        if found is None:
            raise NotFound("Nobody has asked to erase this person.")
        return Response(erasure_out(found))

    @says(
        "Erase somebody; asked again, it is the same erasure",
        ErasureOut,
        asks=ErasureIn,
        status=202,
        refuses=(404, 409, 422),
        tag=TAG,
    )
    def post(self, request: Request, person: UUID) -> Response:
        author = holdings.person_for(request.user, person)
        given = asked(ErasureIn, request)
        made = actions.erase_person(
            user=request.user,
            author=author,
            reason=Reason(given["reason"]),
            reference=given.get("reference", ""),
        )
        return Response(erasure_out(made), status=202)


class Erasures(Endpoint):
    permission_classes = [Administration]

    @says(
        "List erasures, the newest first",
        ErasureOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag=TAG,
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        mark, limit = mark_of(request, AGE), limit_of(request)
        found, page = queries.erasure_page(request.user, mark, limit)
        return Response(paged(request, page, [erasure_out(one) for one in found], AGE))


class ErasureDetail(Endpoint):
    permission_classes = [Administration]

    @says("See one erasure", ErasureOut, refuses=(404,), tag=TAG)
    def get(self, request: Request, erasure: UUID) -> Response:
        return Response(erasure_out(queries.erasure_for(request.user, erasure)))
