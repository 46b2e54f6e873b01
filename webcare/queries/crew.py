"""Who can work, as those who lead them see it: presence, load and capacity."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission, roles_with
from webcare.models import User
from webcare.queries.loads import LOAD, PRESENT
from webcare.queries.people import EVERYWHERE, Rights, called

MOST = 200  # people on one board


class Hand(NamedTuple):
    """Somebody who answers. Who gave no sign of life lately is away, whatever they say.

    `waiting_since` is since when the oldest author of theirs waits.
    """

    id: UUID
    name: str
    presence: str
    load: float
    capacity: int
    held: int
    waiting_since: datetime | None


def crew(user: User) -> list[Hand] | None:
    """Return those who work where `user` may see people: present ones first, by name.

    At most MOST; None for somebody who may see nobody. One statement.
    """
    allowed = Rights.of(user).where(Permission.SEE_PEOPLE)
    if not allowed:
        return None
    rows = fetch(
        _CREW,
        {
            "everywhere": EVERYWHERE in allowed,
            "queues": sorted(one for one in allowed if one is not None),
            "roles": roles_with(Permission.WORK_TICKETS),
            "most": MOST,
        },
        prepared=True,
    )
    return [Hand(*row) for row in rows]


_CREW = f"""
    SELECT u.public_id, {called("u")} AS name,
           CASE WHEN {PRESENT} THEN 'present'
                WHEN p.state = 'break' THEN 'break' ELSE 'away' END AS presence,
           {LOAD}, u.capacity, held.tickets, held.since
      FROM webcare_user u
      LEFT JOIN webcare_presence p ON p.user_id = u.id
     CROSS JOIN LATERAL (
           SELECT count(*) AS tickets, min(k.waiting_since) AS since
             FROM webcare_ticket k
            WHERE k.agent_id = u.id AND k.status IN ('new', 'open')) AS held
     WHERE u.is_active AND EXISTS (
           SELECT FROM webcare_membership m
            WHERE m.user_id = u.id AND m.role = ANY(%(roles)s)
              AND (%(everywhere)s OR m.queue_id IS NULL
                   OR m.queue_id = ANY(%(queues)s)))
     ORDER BY array_position(ARRAY['present', 'break', 'away'],
                             CASE WHEN {PRESENT} THEN 'present'
                                  WHEN p.state = 'break' THEN 'break'
                                  ELSE 'away' END), name, u.id
     LIMIT %(most)s"""
