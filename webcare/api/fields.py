"""The fields that a desk adds to its tickets, and their answers."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import fields
from webcare.api.acting import Acting, changes
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.api.tickets import show
from webcare.domain.fields import LONGEST_CHOICE, MOST_CHOICES, FieldKind, is_key
from webcare.exceptions import Invalid
from webcare.queries import fields as known
from webcare.queries.fields import field_named
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_queue
from webcare.queries.ticket_lists import ticket_by_id

MOST_ANSWERS = 100


class FieldOut(Out):
    """Something the desk wants to know; asked in all queues where `queue` is null."""

    key = serializers.CharField()
    queue = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    name_nl = serializers.CharField()
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    choices = serializers.ListField(child=serializers.CharField())
    required_to_resolve = serializers.BooleanField()
    position = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)


def _choices() -> Any:
    return serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_CHOICE),
        required=False,
        max_length=MOST_CHOICES,
    )


class FieldChange(In):
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    choices = _choices()
    required_to_resolve = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    retired = serializers.BooleanField(required=False)


class FieldIn(In):
    key = serializers.CharField(max_length=50)
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    queue = serializers.SlugField(required=False, allow_null=True)
    name = serializers.CharField(max_length=100)
    name_nl = serializers.CharField(max_length=100, required=False, allow_blank=True)
    choices = _choices()
    required_to_resolve = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


def field_out(field: Any) -> Json:
    return {
        "key": field.key,
        "queue": field.queue and field.queue.slug,
        "name": field.name,
        "name_nl": field.name_nl,
        "kind": field.kind,
        "choices": field.choices,
        "required_to_resolve": field.required_to_resolve,
        "position": field.position,
        "retired_at": stamp(field.retired_at),
    }


class Fields(Endpoint):
    permission_classes = [SetUp]

    @says("List fields", FieldOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        require_role(request.user)
        return Response([field_out(field) for field in known.fields_for(request.user)])

    @says(
        "Make a field", FieldOut, asks=FieldIn, status=201, refuses=(422,), tag="set-up"
    )
    def post(self, request: Request) -> Response:
        given = asked(FieldIn, request)
        if given.get("queue"):
            given["queue"] = chosen_queue(given["queue"])
        given["kind"] = FieldKind(given["kind"])
        made = fields.make_field(user=request.user, **given)
        return Response(field_out(made), status=201)


class FieldDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a field", FieldOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, key: str) -> Response:
        require_role(request.user)
        return Response(field_out(field_named(key, known.fields_for(request.user))))

    @says(
        "Change how a field is asked, or retire it",
        FieldOut,
        asks=FieldChange,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, key: str) -> Response:
        given = asked(FieldChange, request, partial=True)
        changed = fields.change_field(
            user=request.user, field=field_named(key), **given
        )
        return Response(field_out(changed))


class TicketFields(Acting):
    @changes("Answer fields of a ticket", OpenApiTypes.OBJECT)
    def patch(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = answers_in(request)
        fields.answer_fields(ticket=found, user=request.user, given=given)
        return show(*ticket_by_id(found.pk))


def answers_in(request: Request) -> Json:
    """Return key -> answer, or null for one that is taken back.

    What an answer may be depends on the field: the action asks. Raises Invalid.
    """
    given = request.data
    if not isinstance(given, dict) or not 0 < len(given) <= MOST_ANSWERS:
        sentence = _("Send an object of 1 to %(most)s keys with their answers.") % {
            "most": MOST_ANSWERS
        }
        raise Invalid(body=sentence)
    if not all(is_key(key) for key in given):
        raise Invalid(body=_("Send keys of fields, as GET /api/v1/fields names them."))
    return dict(given)
