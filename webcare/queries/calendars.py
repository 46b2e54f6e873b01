"""Calendars: which there are, which holds for a queue, and ready to count with."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain import calendars as domain
from webcare.exceptions import Invalid, NotFound
from webcare.models import Calendar, CalendarVersion, Queue, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import own_queues

# Compiled calendars that a process keeps: each takes some 20 kB a year it is asked for.
MOST_KEPT = 64
_kept: OrderedDict[int, domain.Calendar] = OrderedDict()
_lock = Lock()


def compiled(version_ids: Iterable[int]) -> dict[int, domain.Calendar]:
    """Return the calendars of these versions by id: at most one statement.

    What has been read is kept, for versions never change. Raises NotFound.
    """
    wanted = set(version_ids)
    with _lock:
        found = {pk: _kept[pk] for pk in wanted if pk in _kept}
        for pk in found:
            _kept.move_to_end(pk)
    if missing := wanted - set(found):
        found |= _read(missing)
    return found


def _read(version_ids: set[int]) -> dict[int, domain.Calendar]:
    rows = CalendarVersion.objects.filter(pk__in=version_ids)
    read = {
        pk: domain.Calendar(domain.read_definition(definition))
        for pk, definition in rows.values_list("pk", "definition")
    }
    if version_ids - set(read):
        raise NotFound("There is no such version of a calendar.")
    with _lock:
        _kept.update(read)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return read


def current_version(calendar: Calendar) -> CalendarVersion:
    """Return what a calendar says now."""
    return calendar.versions.select_related("made_by").latest("number")


def current_versions(
    queue_ids: Iterable[int | None], at: datetime | None = None
) -> dict[int | None, int | None]:
    """Return the id of the version that holds for each queue, by now or as known `at` a
    moment: one statement.

    The calendar that the queue has by now, else the desk's default; None when there is
    neither, which is calendar time. A None among the ids stands for work without a
    queue.
    """
    wanted = set(queue_ids)
    rows = fetch(
        """SELECT q.id, newest.id
             FROM (SELECT id, calendar_id FROM webcare_queue WHERE id = ANY(%s)
                   UNION ALL SELECT NULL, NULL) q
             LEFT JOIN webcare_calendar c
               ON c.id = q.calendar_id OR (q.calendar_id IS NULL AND c.is_default)
             LEFT JOIN LATERAL (
                   SELECT v.id FROM webcare_calendarversion v
                    WHERE v.calendar_id = c.id
                      AND v.made_at <= coalesce(%s::timestamptz, statement_timestamp())
                    ORDER BY v.number DESC LIMIT 1
                  ) newest ON true""",
        [[pk for pk in wanted if pk is not None], at],
    )
    known = dict(rows)
    return {pk: known.get(pk) for pk in wanted}


class CalendarRow(NamedTuple):
    """A calendar in use, with what it says now and the queues that are open by it."""

    calendar: Calendar
    current: CalendarVersion
    queues: list[str]  # their slugs, without those that the default stands in for


def calendars(user: User) -> list[CalendarRow]:
    """Return the calendars in use that `user` may know of, by slug: three statements.

    People who work for somebody else know those of their queues, and the default.
    """
    return _rows(_known_to(user).filter(retired_at=None).order_by("slug"))


def calendar_for(user: User, slug: str) -> CalendarRow:
    """Return a calendar, also one taken out of use. Raises NotFound."""
    found = _rows(_known_to(user).filter(slug=slug))
    if not found:
        raise NotFound("There is no such calendar.")
    return found[0]


def versions_of(calendar: Calendar) -> QuerySet[CalendarVersion]:
    """Return everything a calendar ever said, the newest first."""
    return calendar.versions.select_related("made_by").order_by("-number")


def version_page(
    calendar: Calendar, mark: Mark | None, limit: int
) -> tuple[list[CalendarVersion], Page]:
    """Return a page of its versions, the newest first: two statements."""
    listing = Listing(
        columns="v.number",
        source="webcare_calendarversion v",
        id="v.id",
        where=("v.calendar_id = %(calendar)s",),
        values={"calendar": calendar.pk},
    )
    page = read_page(listing, Order("v.made_at", descending=True), mark, limit)
    found = {
        one.pk: one for one in versions_of(calendar).filter(pk__in=_ids(page.rows))
    }
    return [found[pk] for pk in _ids(page.rows)], page


def _ids(rows: list[tuple[Any, ...]]) -> list[int]:
    return [pk for _, pk, *_ in rows]


def version_of(calendar: Calendar, number: int) -> CalendarVersion:
    """Raises NotFound."""
    found = versions_of(calendar).filter(number=number).first()
    if found is None:
        raise NotFound("There is no such version of this calendar.")
    return found


def chosen_calendar(slug: str) -> Calendar:
    """The calendar that a request names, in use. Raises Invalid."""
    found = Calendar.objects.filter(slug=slug, retired_at=None).first()
    if found is None:
        raise Invalid(calendar=_("There is no such calendar."))
    return found


def _known_to(user: User) -> QuerySet[Calendar]:
    queues = own_queues(user)
    if queues is None:
        return Calendar.objects.all()
    own = Queue.objects.filter(pk__in=queues)
    return Calendar.objects.filter(
        Q(is_default=True) | Q(pk__in=own.values("calendar"))
    )


def _rows(found: QuerySet[Calendar]) -> list[CalendarRow]:
    calendars = list(found)
    ids = [one.pk for one in calendars]
    newest = CalendarVersion.objects.filter(calendar__in=ids).select_related("made_by")
    newest = newest.order_by("calendar_id", "-number").distinct("calendar_id")
    current = {one.calendar_id: one for one in newest}
    queues: dict[int, list[str]] = {pk: [] for pk in ids}
    used = Queue.objects.filter(calendar__in=ids).order_by("slug")
    for pk, slug in used.values_list("calendar_id", "slug"):
        queues[pk].append(slug)
    return [CalendarRow(one, current[one.pk], queues[one.pk]) for one in calendars]
