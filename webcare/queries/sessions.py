"""Where somebody is signed in."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import User

MOST = 100  # the newest


class SessionRow(NamedTuple):
    """A browser that is signed in; `is_this` where it is the one that asks."""

    id: UUID
    at: datetime
    ends_at: datetime
    device: str
    is_this: bool


def sessions_of(user: User, key: str | None) -> list[SessionRow]:
    """Return the sessions of `user` that still hold, the newest first.

    `key` is the caller's own session, None for a token. One statement.
    """
    rows = fetch(
        """SELECT i.public_id, i.at, s.expire_date, i.device,
                  coalesce(i.session_key = %s, false)
             FROM webcare_signin i
             JOIN django_session s ON s.session_key = i.session_key
            WHERE i.user_id = %s AND s.expire_date > statement_timestamp()
            ORDER BY i.at DESC, i.id DESC LIMIT %s""",
        [key, user.pk, MOST],
    )
    return [SessionRow(*row) for row in rows]
