"""How somebody wants to hear what they are told."""

from datetime import time
from typing import NamedTuple

from webcare.models import NotificationSetting, User


class Told(NamedTuple):
    """In the page, on the desktop, and when not. Danger keeps no quiet hours."""

    in_page: bool = True
    desktop: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None


def how_told(user: User) -> Told:
    """Return what `user` chose, or what everybody begins with. One statement."""
    found = NotificationSetting.objects.filter(user=user).values_list(*Told._fields)
    return Told(*(found.first() or ()))
