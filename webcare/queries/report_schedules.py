"""Reports that are sent by themselves: whose they are, and which are due."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import ReportSchedule, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import may

BY_TIME = Order("s.created_at", descending=True)


class ScheduleRow(NamedTuple):
    """One schedule, in the order of its fields."""

    created_at: datetime
    pk: int
    id: UUID
    name: str
    owner: UUID
    owner_name: str
    report: str
    by: str
    period: str
    days: list[int]
    at: str
    to: list[str]
    language: str
    is_on: bool
    stopped_because: str
    next_at: datetime
    last_at: datetime | None


_COLUMNS = """s.public_id, s.name, u.public_id,
    coalesce(nullif(trim(concat(u.first_name, ' ', u.last_name)), ''), u.username),
    s.report, s.by, s.period, s.days, to_char(s.at, 'HH24:MI'), s."to", s.language,
    s.is_on, s.stopped_because, s.next_at, s.last_at"""
_SOURCE = "webcare_reportschedule s JOIN webcare_user u ON u.id = s.owner_id"


def schedule_page(
    user: User, mark: Mark | None, limit: int
) -> tuple[list[ScheduleRow], Page]:
    """Return a page of one's own schedules, or of all for who sets the desk up."""
    everything = may(user, Permission.SET_UP)
    listing = Listing(
        _COLUMNS,
        _SOURCE,
        "s.id",
        ["(%(everything)s OR s.owner_id = %(owner)s)"],
        {"everything": everything, "owner": user.pk},
    )
    page = read_page(listing, BY_TIME, mark, limit)
    return [ScheduleRow(*row) for row in page.rows], page


def schedule_row(schedule: ReportSchedule) -> ScheduleRow:
    """Return one schedule, read afresh, in the shape of the list."""
    listing = Listing(_COLUMNS, _SOURCE, "s.id", ["s.id = %(of)s"], {"of": schedule.pk})
    return ScheduleRow(*read_page(listing, BY_TIME, None, 1).rows[0])


def schedule_for(user: User, public_id: UUID) -> ReportSchedule:
    """Return a schedule that this person may see. Raises NotFound."""
    found = ReportSchedule.objects.filter(public_id=public_id).first()
    if found is None or (
        found.owner_id != user.pk and not may(user, Permission.SET_UP)
    ):
        raise NotFound("There is no such schedule.")
    return found


def reports_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a report should have been sent so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_reportschedule
              WHERE is_on AND next_at
                    <= statement_timestamp() - make_interval(secs => %s))""",
        [for_seconds],
    )
    return [()] if is_due else []
