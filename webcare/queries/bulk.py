"""Changes of many tickets: whose they are, how far they are, what became of each."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from webcare.domain.automation.words import ItemState as ItemState
from webcare.domain.automation.words import JobState as JobState
from webcare.exceptions import NotFound
from webcare.models import BulkJob, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import visible
from webcare.queries.ticket_lists import Wanted, conditions_of


def matching(user: User, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions on a ticket `k` that `user` may see and asks for."""
    seen, values = visible(user)
    where, asked = conditions_of(user, wanted)
    return [seen, *where], values | asked


def job_of(user: User, public_id: UUID) -> BulkJob:
    """Return a job of one's own. Raises NotFound."""
    found = BulkJob.objects.filter(public_id=public_id, user=user).first()
    if found is None:
        raise NotFound("There is no such change.")
    return found


class ItemRow(NamedTuple):
    """What became of one ticket of a job."""

    key: datetime
    pk: int
    ticket: UUID
    number: int
    state: str
    code: str
    at: datetime | None


# Of one job, which has one such time: so they come in the order of their ids.
ITEMS = Order("%(asked_at)s::timestamptz")


def item_page(
    user: User, job: BulkJob, state: str | None, mark: Mark | None, limit: int
) -> tuple[list[ItemRow], Page]:
    """Return a page of the items of a job, those that `user` may still see."""
    seen, values = visible(user)
    where = ["i.job_id = %(job)s", seen]
    if state is not None:
        where.append("i.state = %(state)s")
    listing = Listing(
        "k.public_id, k.id, i.state, i.code, i.at",
        """webcare_bulkitem i JOIN webcare_ticket k ON k.id = i.ticket_id""",
        "i.id",
        where,
        {**values, "job": job.pk, "state": state, "asked_at": job.asked_at},
    )
    page = read_page(listing, ITEMS, mark, limit)
    return [ItemRow(*row) for row in page.rows], page
