"""Imports: how far they are, what could not be read, and the first picture of it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.domain.import_dates import DayOrder, order_of
from webcare.domain.imports import ImportState as ImportState
from webcare.domain.imports import Reader, Said, Target, opened, rows_of
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import Import, ImportProblem, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import require

SHOWN = 8  # rows of a preview
UNANSWERED = 20
THEMED = 500  # messages that are asked what they are about
BY_AGE = Order("i.made_at", descending=True)
_IMPORTS = Listing("i.public_id", "webcare_import i", "i.id")
# Of one import, which has one such time: so they come in the order of their rows.
ROWS = Order("%(made_at)s::timestamptz")


def import_page(user: User, mark: Mark | None, limit: int) -> tuple[list[Import], Page]:
    """Return a page of imports, the newest first. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    page = read_page(_IMPORTS, BY_AGE, mark, limit)
    found = _in_full().in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def import_for(user: User, public_id: UUID) -> Import:
    """Raises NotAllowed, NotFound."""
    require(user, Permission.SET_UP)
    found = _in_full().filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such import.")
    return found


def _in_full() -> QuerySet[Import]:
    return Import.objects.select_related("user", "channel")


class Preview(NamedTuple):
    """The first rows as they stand, and as they would be read."""

    heading: list[str]
    rows: list[list[str]]
    read: list[Said]
    dates_are_sure: bool


def preview_of(job: Import) -> Preview | None:
    """Return what `job` would bring; None once it has been started."""
    if job.state != ImportState.WAITING:
        return None
    text = opened(bytes(job.file.body), job.encoding).text
    heading, *rows = (
        cells for _place, cells in islice(rows_of(text, job.delimiter), 201)
    )
    zone = ZoneInfo(settings.DESK_TIME_ZONE)
    reader = Reader(job.columns, DayOrder(job.day_order), zone, database_now())
    at = job.columns.get(Target.POSTED_AT.value, -1)
    dates = [row[at] for row in rows if 0 <= at < len(row)]
    first = rows[:SHOWN]
    return Preview(
        heading, first, [reader.read(row) for row in first], order_of(dates).is_sure
    )


def problem_page(
    job: Import, mark: Mark | None, limit: int
) -> tuple[list[ImportProblem], Page]:
    """Return a page of the rows that could not be read, in their order."""
    listing = Listing(
        "p.number",
        "webcare_importproblem p",
        "p.number",
        where=["p.of_id = %(job)s"],
        values={"job": job.pk, "made_at": job.made_at},
    )
    page = read_page(listing, ROWS, mark, limit)
    numbers = [number for _at, number, *_ in page.rows]
    found = ImportProblem.objects.filter(of=job, number__in=numbers)
    return list(found.order_by("number")), page


def all_problems(job: Import) -> Any:
    """Yield every row that could not be read, in their order, a few at a time."""
    rows = ImportProblem.objects.filter(of=job).order_by("number")
    return rows.iterator(chunk_size=500)


class Waits(NamedTuple):
    """Questions, how many had an answer, and how long half and nine in ten waited."""

    questions: int
    answered: int
    median: float | None
    ninetieth: float | None


class Unanswered(NamedTuple):
    at: datetime
    author: str
    text: str


_RUNS = """
WITH said AS (
    SELECT m.id, m.thread_id, m.author_id, m.direction, m.posted_at, m.text,
           lag(m.direction) OVER (PARTITION BY m.thread_id
                                  ORDER BY m.posted_at, m.id) AS before
      FROM conversations_message m
     WHERE m.channel_id = %(channel)s AND m.history AND m.deleted_at IS NULL),
runs AS (
    SELECT said.*, lead(said.posted_at) OVER (PARTITION BY said.thread_id
                                 ORDER BY said.posted_at, said.id) AS answered_at
      FROM said WHERE said.before IS DISTINCT FROM said.direction)
"""


def waits_of(channel: int) -> Waits:
    """Return how long people waited in what was imported: from the first message
    that nobody had answered until what we said next. One statement."""
    [row] = fetch(
        f"""{_RUNS}
        SELECT count(*), count(answered_at),
               percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
               percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds)
          FROM (SELECT answered_at,
                       extract(epoch FROM answered_at - posted_at) AS seconds
                  FROM runs WHERE direction = 'in') AS questions""",
        {"channel": channel},
    )
    return Waits(*row)


def unanswered_of(channel: int) -> list[Unanswered]:
    """Return the newest questions that we never answered. One statement."""
    rows = fetch(
        f"""{_RUNS}
        SELECT runs.posted_at, coalesce(nullif(a.name, ''), a.handle, ''),
               left(runs.text, 280)
          FROM runs LEFT JOIN conversations_author a ON a.id = runs.author_id
         WHERE runs.direction = 'in' AND runs.answered_at IS NULL
         ORDER BY runs.posted_at DESC, runs.id DESC LIMIT %(most)s""",
        {"channel": channel, "most": UNANSWERED},
    )
    return [Unanswered(*row) for row in rows]


def busy_hours_of(channel: int) -> list[list[int]]:
    """Return messages by weekday (Monday first) and hour, where the desk is."""
    rows = fetch(
        """SELECT extract(isodow FROM here)::int, extract(hour FROM here)::int,
                  count(*)
             FROM (SELECT posted_at AT TIME ZONE %(zone)s AS here
                     FROM conversations_message
                    WHERE channel_id = %(channel)s AND history
                      AND direction = 'in' AND deleted_at IS NULL) AS heard
            GROUP BY 1, 2""",
        {"channel": channel, "zone": settings.DESK_TIME_ZONE},
    )
    hours = [[0] * 24 for _day in range(7)]
    for day, hour, count in rows:
        hours[day - 1][hour] = count
    return hours


def texts_of(channel: int) -> Sequence[tuple[str, str]]:
    """Return the newest texts and their languages, to ask what they are about."""
    return [
        (text, language)
        for text, language in fetch(
            """SELECT left(text, 5000), language FROM conversations_message
                WHERE channel_id = %(channel)s AND history AND direction = 'in'
                  AND deleted_at IS NULL
                ORDER BY posted_at DESC, id DESC LIMIT %(most)s""",
            {"channel": channel, "most": THEMED},
        )
    ]
