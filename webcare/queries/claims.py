"""Who takes what out of its turn: claims by hand that passed older work over."""

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import EVERYWHERE, Rights, called
from webcare.queries.reports import Period

MOST_SHOWN = 20  # of somebody's, the newest


class ClaimsRow(NamedTuple):
    """What one person took, and how much of it before its turn.

    `older` is by how many seconds the oldest question that was passed over was older
    than the one taken; of claims that passed nothing over there is none.
    """

    last_at: datetime
    pk: int
    agent: UUID
    agent_name: str
    claims: int
    skips: int
    tickets: int  # that were passed over, of each claim at most 100
    older_p50: int | None
    older_max: int | None
    latest: list[dict[str, Any]]


NEWEST = Order("found.last_at", descending=True)
# Taking is a line of one's own; what is handed out, or given by another, is none.
_TAKEN = """webcare_ticketevent e JOIN webcare_ticket k ON k.id = e.ticket_id
     WHERE e.kind = 'assigned' AND e.actor_id IS NOT NULL AND e.recorded_at >= %(start)s
       AND e.recorded_at < %(end)s AND e.actor_id = (e.data->>'agent')::bigint
       AND e.data->'why'->>'by' IN ('person', 'next')
       AND (%(everywhere)s OR k.queue_id = ANY(%(queues)s))
       AND (%(queue)s::text IS NULL OR k.queue_id = (
           SELECT id FROM webcare_queue WHERE slug = %(queue)s))"""
_SOURCE = f"""(
    SELECT e.actor_id, max(e.recorded_at) AS last_at, count(*) AS claims,
           count(*) FILTER (WHERE e.data ? 'skipped') AS skips,
           coalesce(sum((e.data->>'skipped')::int), 0) AS tickets,
           percentile_disc(0.5) WITHIN GROUP (
               ORDER BY (e.data->>'skipped_seconds')::int) AS middle,
           max((e.data->>'skipped_seconds')::int) AS most
      FROM {_TAKEN} GROUP BY 1) AS found
    JOIN webcare_user u ON u.id = found.actor_id"""
_LATEST = f"""(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'event', id, 'ticket', ticket, 'number', number, 'at', at,
               'skipped', skipped, 'older_seconds', seconds) ORDER BY id DESC), '[]')
      FROM (SELECT e.id, k.public_id AS ticket, k.id AS number,
                   to_char(e.recorded_at AT TIME ZONE 'UTC',
                           'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
                   (e.data->>'skipped')::int AS skipped,
                   (e.data->>'skipped_seconds')::int AS seconds
              FROM {_TAKEN} AND e.actor_id = u.id AND e.data ? 'skipped'
             ORDER BY e.id DESC LIMIT {MOST_SHOWN}) AS newest)"""


def claims_page(
    user: User, period: Period, queue: str | None, mark: Mark | None, limit: int
) -> tuple[list[ClaimsRow], Page]:
    """Return who took work by hand in `period`, who did last at the top.

    Of the queues in which `user` may see figures of persons, by where a ticket is
    now; `queue` leaves one of them. One statement. Raises NotAllowed.
    """
    queues = Rights.of(user).where(Permission.SEE_PEOPLE)
    if not queues:
        raise NotAllowed(permission=Permission.SEE_PEOPLE.value)
    values = {
        "start": period.start,
        "end": period.end,
        "queue": queue,
        "everywhere": EVERYWHERE in queues,
        "queues": sorted(one for one in queues if one is not None),
    }
    columns = f"""u.public_id, {called("u")}, found.claims, found.skips, found.tickets,
        found.middle, found.most, {_LATEST}"""
    listing = Listing(columns, _SOURCE, "found.actor_id", values=values)
    page = read_page(listing, NEWEST, mark, limit)
    return [_row(row) for row in page.rows], page


def _row(row: tuple[Any, ...]) -> ClaimsRow:
    *plain, latest = row
    return ClaimsRow._make((*plain, json.loads(latest)))
