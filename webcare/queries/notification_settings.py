"""How somebody wants to hear what they are told."""

from collections.abc import Collection
from datetime import time
from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.models import NotificationSetting, User


class Told(NamedTuple):
    """In the page, on the desktop, and when not; and when a letter is sent each day.

    Danger keeps no quiet hours.
    """

    in_page: bool = True
    desktop: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None
    letter_at: time | None = None


def letters_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a letter of what is unread should have been sent so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_notificationsetting
              WHERE letter_next_at
                    <= statement_timestamp() - make_interval(secs => %s))""",
        [for_seconds],
    )
    return [()] if is_due else []


def how_told(user: User) -> Told:
    """Return what `user` chose, or what everybody begins with. One statement."""
    found = NotificationSetting.objects.filter(user=user).values_list(*Told._fields)
    return Told(*(found.first() or ()))
