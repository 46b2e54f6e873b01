"""Tickets put together, taken apart and split: nobody outside the desk is told."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import merges, splits
from webcare.api.acting import Acting, answer_with, changes
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import TicketOut
from webcare.exceptions import Invalid
from webcare.queries.merges import merged_into, to_be_merged
from webcare.queries.tickets import ticket_for

MOST = 50  # tickets, or messages, in one request


class MergeIn(In):
    """Either `into`, where this ticket goes, or `tickets` that come into this one."""

    into = serializers.UUIDField(required=False)
    tickets = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST
    )
    even_if_other_author = serializers.BooleanField(
        default=False,
        help_text="Merge tickets of two authors: an answer to one counts for both.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("into" in attrs) == ("tickets" in attrs):
            raise Invalid(into=_("Send either into, or tickets."))
        return attrs


class UnmergeIn(In):
    """`ticket` is the one to give back; without it, this one is."""

    ticket = serializers.UUIDField(required=False)


class SplitIn(In):
    """Either `messages` to take along, or the one from which on all go."""

    messages = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST
    )

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.UUIDField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("messages" in attrs) == ("from" in attrs):
            raise Invalid(messages=_("Send either messages, or from."))
        return attrs


class Merge(Acting):
    """Answers with the ticket that goes on."""

    @changes("Merge tickets", MergeIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(MergeIn, request)
        found = self.ticket(request, ticket)
        anyway = given["even_if_other_author"]
        if into := given.get("into"):
            sources, target = [found], ticket_for(request.user, into)
        else:
            sources, target = to_be_merged(request.user, given["tickets"]), found
        target = merges.merge_tickets(
            sources=sources,
            target=target,
            user=request.user,
            even_if_other_author=anyway,
        )
        return answer_with(target)


class Unmerge(Acting):
    """Answers with the ticket that was given back."""

    @changes("Undo a merge", UnmergeIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        if named := asked(UnmergeIn, request).get("ticket"):
            found = merged_into(request.user, found, named)
        return answer_with(merges.unmerge_ticket(source=found, user=request.user))


class Split(Acting):
    @says(
        "Make a new ticket of some messages",
        TicketOut,
        asks=SplitIn,
        status=201,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(SplitIn, request)
        beginning = given.get("from")
        new = splits.split_ticket(
            ticket=self.ticket(request, ticket),
            user=request.user,
            messages=[str(one) for one in given.get("messages", ())],
            beginning=beginning and str(beginning),
        )
        return answer_with(new, status=201)
