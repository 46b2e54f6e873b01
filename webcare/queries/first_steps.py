"""What a new desk has been told already: its hours, words, channels and people."""

from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.models import User
from webcare.queries.people import require


class FirstSteps(NamedTuple):
    """Whether each step of beginning a desk was taken."""

    hours: bool
    words: bool
    channel: bool
    history: bool
    colleagues: bool


def first_steps(user: User) -> FirstSteps:
    """Return how far a desk has been begun. One statement. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    [row] = fetch(
        """SELECT EXISTS (SELECT FROM webcare_calendarversion
                           WHERE made_by_id IS NOT NULL),
                  EXISTS (SELECT FROM webcare_topicrule),
                  EXISTS (SELECT FROM conversations_channel
                           WHERE slug <> 'imported'),
                  EXISTS (SELECT FROM webcare_import WHERE state = 'done'),
                  EXISTS (SELECT FROM webcare_membership WHERE user_id <> %s)""",
        [user.pk],
    )
    return FirstSteps(*row)
