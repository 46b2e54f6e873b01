"""Whether somebody comes in by two steps."""

from datetime import datetime
from typing import NamedTuple

from django.utils.crypto import constant_time_compare

from conversations.models.bulk import fetch
from webcare.domain.second_factors import address_of
from webcare.models import SecondFactor, User
from webcare.queries.desk import desk_named


class SecondStep(NamedTuple):
    """Since when codes are asked for, None while they are not; recovery codes left."""

    since: datetime | None
    codes_left: int


def asks_code(user: User) -> bool:
    """Whether the password of `user` is not enough to come in."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def person_halfway(user_id: int, sealed: str) -> User | None:
    """Return who gave the right password, while it is theirs and they may come in.

    `sealed` is `get_session_auth_hash` of that moment.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    is_same = user and constant_time_compare(user.get_session_auth_hash(), sealed)
    return user if is_same else None


def second_step_of(user: User) -> SecondStep:
    """Return how `user` comes in. One statement."""
    [row] = fetch(
        """SELECT (SELECT confirmed_at FROM webcare_secondfactor
                    WHERE user_id = %(user)s),
                  (SELECT count(*) FROM webcare_recoverycode
                    WHERE user_id = %(user)s AND used_at IS NULL)""",
        {"user": user.pk},
    )
    return SecondStep(*row)


def address_to_scan(user: User) -> str | None:
    """Return what an app takes over, while it is not confirmed; None otherwise."""
    waiting = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    if waiting is None:
        return None
    return address_of(waiting.secret, user.username, desk_named().name)
