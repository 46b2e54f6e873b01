"""What was heard and decided, whether it became a ticket or not."""

from datetime import date
from typing import NamedTuple

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries.people import queues_where
from webcare.queries.reports import Period
from webcare.queries.sight import require_own_desk


class Decided(NamedTuple):
    """Messages of one day and channel with the same verdict for the same reason."""

    day: date
    channel: str
    verdict: str
    reason: str
    messages: int


def decisions(user: User, period: Period) -> list[Decided]:
    """Count decisions by the day on which the message was posted. Raises NotAllowed.

    Nothing of a message itself is in it, so a role in any queue of one's own desk is
    enough; external people are told nothing of what was heard elsewhere.
    """
    if not queues_where(user, Permission.SEE_REPORTS):
        raise NotAllowed
    require_own_desk(user)
    rows = fetch(
        """SELECT (m.posted_at AT TIME ZONE %(zone)s)::date, c.slug, d.verdict,
                  d.reason, count(*)
             FROM webcare_decision d
             JOIN conversations_message m ON m.id = d.message_id
             JOIN conversations_channel c ON c.id = m.channel_id
            WHERE m.posted_at >= %(start)s AND m.posted_at < %(end)s
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        {**period._asdict(), "zone": settings.DESK_TIME_ZONE},
    )
    return [Decided(*row) for row in rows]
