"""Exports of other tools become history: read in batches, and nothing is live.

What is imported is said to be history, which opens no ticket: no promise runs, nobody
is alarmed or answered, and no figure of work counts it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.actions import batches, channels
from conversations.actions.ingestion import take_messages
from conversations.models import Channel
from conversations.queries.clock import database_now
from webcare.domain.import_dates import DayOrder, order_of
from webcare.domain.imports import (
    DELIMITERS,
    ENCODINGS,
    MOST_COLUMNS,
    NEEDED,
    ImportState,
    Reader,
    Target,
    delimiter_of,
    guess,
    opened,
    rows_of,
)
from webcare.domain.permissions import Permission
from webcare.exceptions import ImportBegun, Invalid
from webcare.models import Import, ImportFile, ImportProblem, User
from webcare.queries.people import require

LARGEST = 20_000_000  # bytes
CHUNK = 400  # rows in one batch: each is a message or two
SAMPLE = 200  # rows whose dates tell which number is the day
OWN_CHANNEL = "imported"
IMPORT = "import"

Row = tuple[int, int, list[str]]  # its number in the file, the place behind it, cells


@transaction.atomic
def make_import(*, user: User, name: str, body: bytes) -> Import:
    """Keep a file to look at; how it is written and what its columns are is guessed.

    Nothing becomes history before it is started. Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    if len(body) > LARGEST:
        raise Invalid(file=_("The file is too large: split it."))
    guessed = _look(body)
    made = Import.objects.create(user=user, name=name[:200], **guessed)
    ImportFile.objects.create(of=made, body=body)
    return made


@transaction.atomic
def change_import(*, user: User, job: Import, **fields: Any) -> Import:
    """Say how the file is written: `columns`, `delimiter`, `encoding`, `day_order`.

    Another delimiter or encoding makes other columns, which are guessed anew unless
    they are given. Raises NotAllowed, Invalid, ImportBegun.
    """
    require(user, Permission.SET_UP)
    job = _waiting(job)
    written = {name: fields.pop(name, "") for name in ("encoding", "delimiter")}
    if any(written.values()):
        known = {"encoding": job.encoding, "delimiter": job.delimiter}
        given = {name: value for name, value in written.items() if value}
        fields = _look(bytes(job.file.body), **known | given) | fields
    if "columns" in fields:
        _check_columns(job, fields["columns"])
    Import.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


@transaction.atomic
def start_import(*, user: User, job: Import, channel: Channel | None = None) -> Import:
    """Read the file into the history of `channel`, or of one that only holds imports.

    Raises NotAllowed, Invalid, ImportBegun.
    """
    require(user, Permission.SET_UP)
    job = _waiting(job)
    if missing := [one.label for one in NEEDED if one.value not in job.columns]:
        raise Invalid(
            columns=_("Say which column is: %(columns)s.")
            % {"columns": ", ".join(str(one) for one in missing)}
        )
    job.channel, job.state = channel or _own_channel(), ImportState.RUNNING
    job.language = translation.get_language() or ""
    job.save(update_fields=["channel", "state", "language"])
    batches.enqueue(IMPORT, [job.pk])
    return job


@transaction.atomic
def remove_import(*, user: User, job: Import) -> None:
    """Forget an import that does not run; what it brought stays history.

    Raises NotAllowed, ImportBegun.
    """
    require(user, Permission.SET_UP)
    held = Import.objects.select_for_update().get(pk=job.pk)
    if held.state == ImportState.RUNNING:
        raise ImportBegun(_("It is being read: wait until that is done."))
    held.delete()


def read_imports(import_ids: list[int]) -> None:
    """Read the next rows of each, and come back while there are more."""
    running = Import.objects.filter(pk__in=import_ids, state=ImportState.RUNNING)
    locked = running.select_for_update()
    for job in locked.order_by("pk"):
        with translation.override(job.language or settings.LANGUAGE_CODE):
            _read_on(job)


STAGE = batches.Stage(IMPORT, read_imports)


def _read_on(job: Import) -> None:
    rows = list(islice(_rows(job), CHUNK))
    _keep(job, rows)
    job.read += len(rows)
    if rows:
        job.position = rows[-1][1]
    if len(rows) < CHUNK:
        job.state, job.finished_at = ImportState.DONE, database_now()
        ImportFile.objects.filter(of=job).delete()
    else:
        batches.enqueue(IMPORT, [job.pk])
    job.save()


def _rows(job: Import) -> Iterator[Row]:
    text = opened(bytes(job.file.body), job.encoding).text
    found = rows_of(text, job.delimiter, job.position)
    if not job.position:
        next(found, None)
    for number, (place, cells) in enumerate(found, job.read + 2):
        yield number, place, cells


def reader_of(job: Import) -> Reader:
    """Return what reads the rows of `job`."""
    zone = ZoneInfo(settings.DESK_TIME_ZONE)
    return Reader(job.columns, DayOrder(job.day_order), zone, database_now())


def _keep(job: Import, rows: Sequence[Row]) -> None:
    reader = reader_of(job)
    items: list[dict[str, Any]] = []
    of_row: list[Row] = []
    bad: dict[int, tuple[list[str], list[str]]] = {}
    for row in rows:
        said = reader.read(row[2])
        if said.problems:
            bad[row[0]] = (row[2], list(said.problems))
        items += said.items
        of_row += [row] * len(said.items)
    for index, errors in _take(job, items):
        number, _place, cells = of_row[index]
        bad[number] = (cells, [text for texts in errors.values() for text in texts])
    ImportProblem.objects.bulk_create(
        ImportProblem(of=job, number=number, cells=cells, why=why)
        for number, (cells, why) in bad.items()
    )
    job.bad += len(bad)


def _take(
    job: Import, items: Sequence[Mapping[str, Any]]
) -> list[tuple[int, dict[str, list[str]]]]:
    """Keep the messages; returns what was refused of them, by their place."""
    if not items:
        return []
    assert job.channel is not None  # the database sees to it
    body = json.dumps(items, ensure_ascii=False).encode()
    taken = take_messages(channel=job.channel, body=body, now=database_now())
    job.added += taken.accepted
    job.known += taken.duplicate
    return [(one.index, one.errors) for one in taken.rejected]


def _look(body: bytes, encoding: str = "", delimiter: str = "") -> dict[str, Any]:
    """What a file looks like: how it is written, its columns, how many rows."""
    if encoding and encoding not in ENCODINGS:
        raise Invalid(encoding=_choose(ENCODINGS))
    if delimiter and delimiter not in DELIMITERS:
        raise Invalid(delimiter=_choose(DELIMITERS))
    try:
        text, encoding = opened(body, encoding)
        delimiter = delimiter or delimiter_of(text)
        rows = [cells for _place, cells in rows_of(text, delimiter)]
    except ValueError as error:
        raise Invalid(file=str(error)) from error
    if len(rows) < 2:
        raise Invalid(file=_("There are no rows below a heading in this file."))
    if len(rows[0]) > MOST_COLUMNS:
        raise Invalid(file=_("This file has too many columns."))
    columns = guess(rows[0])
    return {
        "encoding": encoding,
        "delimiter": delimiter,
        "columns": columns,
        "day_order": order_of(_dates(rows, columns)).order,
        "rows": len(rows) - 1,
    }


def _dates(rows: Sequence[Sequence[str]], columns: Mapping[str, int]) -> list[str]:
    at = columns.get(Target.POSTED_AT.value)
    if at is None:
        return []
    return [row[at] for row in rows[1 : SAMPLE + 1] if at < len(row)]


def _choose(choices: Sequence[str]) -> str:
    return _("Choose from: %(choices)s.") % {"choices": " ".join(choices)}


def _check_columns(job: Import, columns: Mapping[str, int]) -> None:
    heading = next(_headings(job), [])
    if unknown := [one for one in columns if one not in Target.values]:
        raise Invalid(**{f"columns.{unknown[0][:40]}": _choose(Target.values)})
    if wrong := [one for one, at in columns.items() if not 0 <= at < len(heading)]:
        raise Invalid(**{f"columns.{wrong[0]}": _("There is no such column.")})


def _headings(job: Import) -> Iterator[list[str]]:
    text = opened(bytes(job.file.body), job.encoding).text
    return (cells for _place, cells in rows_of(text, job.delimiter))


def _waiting(job: Import) -> Import:
    held = Import.objects.select_for_update().get(pk=job.pk)
    if held.state != ImportState.WAITING:
        raise ImportBegun(_("It has been started: nothing can be changed any more."))
    return held


def _own_channel() -> Channel:
    """The channel that imports are kept on; it listens, and is never answered."""
    found = Channel.objects.filter(slug=OWN_CHANNEL).first()
    if found is not None:
        return found
    made, _secret = channels.connect_channel(slug=OWN_CHANNEL, name=_("Imported"))
    return made
