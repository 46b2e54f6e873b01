"""Who has a ticket before them now."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import TicketPresence

Doing = TicketPresence.Doing
GONE_AFTER = 15  # seconds without a sign of life


class Present(NamedTuple):
    """Somebody with a ticket before them."""

    id: UUID
    name: str
    doing: str
    seen_at: datetime


# Named in statements that know the presence as p and its person as u.
PRESENT = """u.public_id,
    coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username),
    p.doing, p.seen_at"""
STILL_THERE = (
    f"p.seen_at > statement_timestamp() - interval '{GONE_AFTER} s' AND u.is_active"
)


def present_on(ticket_ids: Sequence[int]) -> dict[int, list[Present]]:
    """Return who is on each of these tickets, by name; one statement.

    Only for those who may see the tickets; one that nobody is on is not in it.
    """
    rows = fetch(
        f"""SELECT p.ticket_id, {PRESENT} FROM webcare_ticketpresence p
              JOIN webcare_user u ON u.id = p.user_id
             WHERE p.ticket_id = ANY(%s) AND {STILL_THERE}
             ORDER BY 1, 3, u.id""",
        [list(ticket_ids)],
    )
    found: dict[int, list[Present]] = {}
    for ticket, *one in rows:
        found.setdefault(ticket, []).append(Present(*one))
    return found
