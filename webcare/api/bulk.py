"""One change on many tickets: asked for, followed, cancelled and undone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import bulk, bulk_undo
from webcare.actions.bulk_selection import MOST_NAMED
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, one_of, read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.parameters import LONGEST
from webcare.domain.ticket_filters import read_definition
from webcare.exceptions import Invalid
from webcare.queries.bulk import ItemRow, ItemState, JobState, item_page, job_of
from webcare.queries.ticket_lists import Wanted

FILTERS = {"state": Filter(one_of(*ItemState.values), "What became of it.")}
# What a list of tickets is asked for; its order means nothing here.


class BulkIn(In):
    """Tickets by id, up to 1,000, or a filter: the names and values of the list.

    `action`: {"do": "assign", "agent"}, {"do": "release"}, {"do": "route", "queue"},
    {"do": "classify", "topic"}, {"do": "tag" | "untag", "tag"}, {"do": "priority",
    "priority"}, {"do": "resolve", "outcome"?}, {"do": "reopen"}, {"do": "snooze",
    "until"} or {"do": "close"}. Reopening and closing cannot be undone; resolving can
    for five minutes.
    """

    tickets = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_NAMED, required=False
    )
    filter = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST), required=False
    )
    action = serializers.JSONField()


class BulkJobOut(Out):
    """How far it is. `total` = `done` + `failed` + `skipped` once it has ended."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JobState.choices)
    action = serializers.JSONField()
    filter = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    undone = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class BulkItemOut(Out):
    """One ticket; `code` says why it failed, was skipped, or was not undone."""

    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    code = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)


def job_out(job: Any) -> Json:
    counts = ("total", "done", "failed", "skipped", "undone")
    return {
        "id": str(job.public_id),
        "state": job.state,
        "action": job.action,
        "filter": job.filter,
        **{name: getattr(job, name) for name in counts},
        "asked_at": stamp(job.asked_at),
        "finished_at": stamp(job.finished_at),
    }


def item_out(row: ItemRow) -> Json:
    return {
        "ticket": str(row.ticket),
        "number": row.number,
        "state": row.state,
        "code": row.code,
        "at": stamp(row.at),
    }


def _wanted(given: Mapping[str, str]) -> Wanted:
    """Read a filter as the list of tickets does. Raises Invalid."""
    values, problems = read_definition(given)
    if "q" in given:
        problems["q"] = _("Search first, then send the tickets: a search is cut short.")
    if problems:
        raise Invalid(**{f"filter.{name}": text for name, text in problems.items()})
    return Wanted(**values)


class BulkChanges(Endpoint):
    permission_classes = [Desk]

    @says(
        "Change many tickets at once, in the background",
        BulkJobOut,
        asks=BulkIn,
        status=202,
        refuses=(422,),
        tag="bulk",
    )
    def post(self, request: Request) -> Response:
        given = asked(BulkIn, request)
        if ("tickets" in given) == ("filter" in given):
            raise Invalid(tickets=_("Give either tickets or a filter."))
        wanted = _wanted(given["filter"]) if "filter" in given else None
        job = bulk.change_many(
            user=request.user,
            action=given["action"],
            tickets=given.get("tickets"),
            wanted=wanted,
            asked=given.get("filter"),
        )
        return Response(job_out(job), status=202)


class BulkJobDetail(Endpoint):
    permission_classes = [Desk]

    @says("How far a change of many tickets is", BulkJobOut, refuses=(404,), tag="bulk")
    def get(self, request: Request, job: UUID) -> Response:
        return Response(job_out(job_of(request.user, job)))


class BulkItems(Endpoint):
    permission_classes = [Desk]

    @says(
        "What became of each ticket",
        BulkItemOut,
        parameters=(
            *(one.parameter(name) for name, one in FILTERS.items()),
            *PAGING,
        ),
        refuses=(404, 422),
        tag="bulk",
        is_list=True,
    )
    def get(self, request: Request, job: UUID) -> Response:
        found = job_of(request.user, job)
        state = read_filters(request, FILTERS, ("limit", "cursor")).get("state")
        mark, limit = mark_of(request, "item"), limit_of(request)
        rows, page = item_page(request.user, found, state, mark, limit)
        return Response(paged(request, page, [item_out(row) for row in rows], "item"))


class BulkUndo(Endpoint):
    permission_classes = [Desk]

    @says(
        "Undo a change of many tickets, where nobody has changed them since",
        BulkJobOut,
        asks=Nothing,
        status=202,
        refuses=(404, 409),
        tag="bulk",
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = job_of(request.user, job)
        undone = bulk_undo.undo(user=request.user, job=found)
        return Response(job_out(undone), status=202)


class BulkCancel(Endpoint):
    permission_classes = [Desk]

    @says(
        "Leave alone what a change of many tickets has not reached yet",
        BulkJobOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="bulk",
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = job_of(request.user, job)
        return Response(job_out(bulk.cancel(user=request.user, job=found)))
