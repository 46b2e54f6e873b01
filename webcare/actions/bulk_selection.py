"""Which tickets a bulk change is of: settled when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.exceptions import Invalid
from webcare.models import BulkJob, User
from webcare.queries.bulk import matching
from webcare.queries.sight import visible
from webcare.queries.ticket_lists import Wanted

MOST_NAMED = 1_000  # tickets of a list
MOST_FOUND = 50_000  # tickets of a filter


def name(job: BulkJob, user: User, tickets: Sequence[UUID]) -> int:
    """Make an item for each named ticket; all of them have to be there."""
    named = sorted(set(tickets))
    if not 0 < len(named) <= MOST_NAMED:
        most = {"most": MOST_NAMED}
        raise Invalid(tickets=_("Name 1 to %(most)d tickets.") % most)
    seen, values = visible(user)
    where = [seen, "k.public_id = ANY(%(named)s)"]
    made = _insert(job, where, {**values, "named": named}, MOST_NAMED)
    if made < len(named):
        missing = {"count": len(named) - made}
        raise Invalid(tickets=_("%(count)d of these tickets are not there.") % missing)
    return made


def find(job: BulkJob, user: User, wanted: Wanted) -> int:
    """Make an item for each ticket that matches, where those are not too many."""
    where, values = matching(user, wanted)
    made = _insert(job, where, values, MOST_FOUND + 1)
    if made > MOST_FOUND:
        most = {"most": MOST_FOUND}
        raise Invalid(
            filter=_("More than %(most)d tickets match: ask for fewer at once.") % most
        )
    return made


def _insert(
    job: BulkJob, where: Sequence[str], values: Mapping[str, Any], most: int
) -> int:
    [[made]] = fetch(
        f"""WITH made AS (
              INSERT INTO webcare_bulkitem (job_id, ticket_id)
              SELECT %(job)s, k.id FROM webcare_ticket k
               WHERE {" AND ".join(where)} ORDER BY k.id LIMIT %(most)s
           RETURNING id)
            SELECT count(*) FROM made""",
        {**values, "job": job.pk, "most": most},
    )
    return int(made)
