"""Exports of other tools, brought into history: looked at, started, and what came."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from webcare.actions import imports as actions
from webcare.actions.topics import Asked, decide_topics
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.parsers import StrictJSONParser
from webcare.api.permissions import Administration
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.import_dates import DayOrder
from webcare.domain.imports import DELIMITERS, ENCODINGS, ImportState, Target
from webcare.domain.parameters import one_of
from webcare.domain.tables import csv_rows
from webcare.exceptions import Invalid
from webcare.queries import imports as queries
from webcare.queries.setup import chosen_channel
from webcare.queries.topics import slugs

AGE, ROW = "made", "row"
FORMATS = ("json", "csv")


class ImportedOut(Out):
    """A message as it would be kept; `outbound` is ours."""

    author = serializers.CharField()
    text = serializers.CharField()
    posted_at = serializers.DateTimeField()
    outbound = serializers.BooleanField()


class PreviewRowOut(Out):
    cells = serializers.ListField(child=serializers.CharField())
    messages = ImportedOut(many=True)
    problems = serializers.ListField(child=serializers.CharField())


class ImportPreviewOut(Out):
    """The first rows. `dates_are_sure` is false where any number may be the day."""

    heading = serializers.ListField(child=serializers.CharField())
    dates_are_sure = serializers.BooleanField()
    rows = PreviewRowOut(many=True)


class ImportJobOut(Out):
    """An import and how far it is: `read` of `rows`, `bad` of which said nothing.

    `added` and `known` count messages; a row may be a question and its answer.
    `columns` maps what a column is to its place, the first is 0.
    """

    id = serializers.UUIDField()
    name = serializers.CharField()
    by = PersonOut()
    state = serializers.ChoiceField(choices=ImportState.choices)
    channel = serializers.CharField(allow_null=True)
    encoding = serializers.CharField()
    delimiter = serializers.CharField()
    day_order = serializers.ChoiceField(choices=DayOrder.choices)
    columns = serializers.DictField(child=serializers.IntegerField())
    rows = serializers.IntegerField()
    read = serializers.IntegerField()
    added = serializers.IntegerField()
    known = serializers.IntegerField()
    bad = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportInFullOut(ImportJobOut):
    preview = ImportPreviewOut(allow_null=True)


class FileIn(In):
    """A file with a heading and rows: CSV, in any usual encoding and delimiter.

    Sent as `file` of a form, or as JSON with its `text`, of at most a megabyte.
    """

    name = serializers.CharField(max_length=200, required=False)
    file = serializers.FileField(max_length=500, allow_empty_file=False, required=False)
    text = serializers.CharField(trim_whitespace=False, required=False)


class ImportChange(In):
    """What is left out stays as it was guessed or said."""

    columns = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        required=False,
        help_text=f"From any of {', '.join(Target.values)} to a column.",
    )
    delimiter = serializers.ChoiceField(
        choices=[(one, one) for one in DELIMITERS], required=False
    )
    encoding = serializers.ChoiceField(
        choices=[(one, one) for one in ENCODINGS], required=False
    )
    day_order = serializers.ChoiceField(choices=DayOrder.choices, required=False)


class ImportStartIn(In):
    """`channel` is whose history it becomes; one that only holds imports if unsaid."""

    channel = serializers.SlugField(max_length=50, required=False, allow_null=True)


class ImportProblemOut(Out):
    """A row that said nothing; `number` counts rows, the heading is 1."""

    number = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.CharField())
    why = serializers.ListField(child=serializers.CharField())


class ImportWaitsOut(Out):
    """Questions, and seconds until what we said next."""

    questions = serializers.IntegerField()
    answered = serializers.IntegerField()
    median_seconds = serializers.FloatField(allow_null=True)
    p90_seconds = serializers.FloatField(allow_null=True)


class ImportThemeOut(Out):
    topic = serializers.CharField(allow_null=True)
    messages = serializers.IntegerField()


class ImportUnansweredOut(Out):
    posted_at = serializers.DateTimeField()
    author = serializers.CharField()
    text = serializers.CharField()


class ImportPictureOut(Out):
    """What an import shows. `busy_hours` are messages by weekday (Monday first) and
    hour; `themes` are of the newest messages, null is what no topic is sure of."""

    waits = ImportWaitsOut()
    busy_hours = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField())
    )
    themes = ImportThemeOut(many=True)
    unanswered = ImportUnansweredOut(many=True)


def job_out(job: Any) -> Json:
    return {
        "id": str(job.public_id),
        "name": job.name,
        "by": person_out(job.user),
        "state": job.state,
        "channel": job.channel and job.channel.slug,
        "encoding": job.encoding,
        "delimiter": job.delimiter,
        "day_order": job.day_order,
        "columns": job.columns,
        "rows": job.rows,
        "read": job.read,
        "added": job.added,
        "known": job.known,
        "bad": job.bad,
        "made_at": stamp(job.made_at),
        "finished_at": stamp(job.finished_at),
    }


def in_full(job: Any) -> Json:
    preview = queries.preview_of(job)
    return {**job_out(job), "preview": preview and _preview(preview)}


def _preview(preview: queries.Preview) -> Json:
    return {
        "heading": preview.heading,
        "dates_are_sure": preview.dates_are_sure,
        "rows": [
            {
                "cells": cells,
                "messages": [_message(one) for one in said.items],
                "problems": list(said.problems),
            }
            for cells, said in zip(preview.rows, preview.read, strict=True)
        ],
    }


def _message(item: Json) -> Json:
    return {
        "author": item["author"].get("name", ""),
        "text": item["text"][:500],
        "posted_at": item["posted_at"],
        "outbound": item["outbound"],
    }


class Imports(Endpoint):
    permission_classes = [Administration]
    parser_classes = [MultiPartParser, StrictJSONParser]

    @says(
        "List imports, the newest first",
        ImportJobOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="set-up",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        mark, limit = mark_of(request, AGE), limit_of(request)
        found, page = queries.import_page(request.user, mark, limit)
        return Response(paged(request, page, [job_out(one) for one in found], AGE))

    @says(
        "Bring an export of another tool, to look at first",
        ImportInFullOut,
        asks={"multipart/form-data": FileIn, "application/json": FileIn},
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        name, body = _file_in(asked(FileIn, request))
        made = actions.make_import(user=request.user, name=name, body=body)
        return Response(in_full(made), status=201)


def _file_in(given: Json) -> tuple[str, bytes]:
    """The name and the bytes of what was brought. Raises Invalid."""
    if file := given.get("file"):
        return given.get("name", file.name), file.read(actions.LARGEST + 1)
    if "text" not in given:
        raise Invalid(file=_("Send a file, or its text."))
    return given.get("name", "import.csv"), given["text"].encode()


class ImportDetail(Endpoint):
    permission_classes = [Administration]

    @says("See how far an import is", ImportInFullOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, job: UUID) -> Response:
        return Response(in_full(queries.import_for(request.user, job)))

    @says(
        "Say how a file is to be read",
        ImportInFullOut,
        asks=ImportChange,
        refuses=(404, 409, 422),
        tag="set-up",
    )
    def patch(self, request: Request, job: UUID) -> Response:
        found = queries.import_for(request.user, job)
        fields = asked(ImportChange, request, partial=True)
        changed = actions.change_import(user=request.user, job=found, **fields)
        return Response(in_full(changed))

    @says(
        "Forget an import; what it brought stays",
        None,
        status=204,
        refuses=(404, 409),
        tag="set-up",
    )
    def delete(self, request: Request, job: UUID) -> Response:
        found = queries.import_for(request.user, job)
        actions.remove_import(user=request.user, job=found)
        return Response(status=204)


class ImportStart(Endpoint):
    permission_classes = [Administration]

    @says(
        "Read a file into history",
        ImportJobOut,
        asks=ImportStartIn,
        status=202,
        refuses=(404, 409, 422),
        tag="set-up",
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = queries.import_for(request.user, job)
        slug = asked(ImportStartIn, request).get("channel")
        channel = chosen_channel(slug) if slug else None
        started = actions.start_import(user=request.user, job=found, channel=channel)
        return Response(job_out(started), status=202)


FORMAT = Filter(one_of(*FORMATS), "json if unsaid; csv is all rows.", choices=FORMATS)


class ImportProblems(Endpoint):
    permission_classes = [Administration]

    @says(
        "See which rows could not be read, and why",
        ImportProblemOut,
        parameters=(FORMAT.parameter("format"), *PAGING),
        refuses=(404, 422),
        tag="set-up",
        is_list=True,
        is_table=True,
    )
    def get(self, request: Request, job: UUID) -> Any:
        given = read_filters(request, {"format": FORMAT}, ("limit", "cursor"))
        found = queries.import_for(request.user, job)
        if given.get("format") == "csv":
            return _as_csv(found)
        mark, limit = mark_of(request, ROW), limit_of(request)
        rows, page = queries.problem_page(found, mark, limit)
        return Response(paged(request, page, [problem_out(one) for one in rows], ROW))


def problem_out(problem: Any) -> Json:
    return {"number": problem.number, "cells": problem.cells, "why": problem.why}


def _as_csv(job: Any) -> StreamingHttpResponse:
    lines = (
        csv_rows([[one.number, " ".join(one.why), *one.cells]])
        for one in queries.all_problems(job)
    )
    name = f"not-read-{job.public_id}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class ImportPicture(Endpoint):
    permission_classes = [Administration]

    @says(
        "See what an import shows: themes, questions without answer, hours, waits",
        ImportPictureOut,
        refuses=(404,),
        tag="set-up",
    )
    def get(self, request: Request, job: UUID) -> Response:
        found = queries.import_for(request.user, job)
        return Response(picture_out(request.user, found.channel_id))


def picture_out(user: Any, channel: int | None) -> Json:
    channel = channel or 0  # nothing is kept before it is started
    waits = queries.waits_of(channel)
    return {
        "waits": {
            "questions": waits.questions,
            "answered": waits.answered,
            "median_seconds": waits.median and float(waits.median),
            "p90_seconds": waits.ninetieth and float(waits.ninetieth),
        },
        "busy_hours": queries.busy_hours_of(channel),
        "themes": _themes(user, channel),
        "unanswered": [
            {"posted_at": stamp(one.at), "author": one.author, "text": one.text}
            for one in queries.unanswered_of(channel)
        ],
    }


def _themes(user: Any, channel: int) -> list[Json]:
    texts = queries.texts_of(channel)
    if not texts:
        return []
    decided = decide_topics([Asked(text, lang, "") for text, lang in texts])
    known = slugs(user)
    counted = Counter(one.topic and known.get(one.topic) for one in decided)
    return [
        {"topic": topic, "messages": count} for topic, count in counted.most_common()
    ]
