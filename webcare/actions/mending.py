"""Work that stumbled, driven again by who may."""

from collections.abc import Sequence

from conversations.actions.batches import redrive
from webcare.domain.permissions import Permission
from webcare.models import User
from webcare.queries.people import require


def redrive_work(
    *, user: User, stage: str, subjects: Sequence[int] | None = None
) -> int:
    """Give set-aside work of `stage` new attempts, all of it unless named.

    Returns how many rows wait again. Raises NotAllowed.
    """
    require(user, Permission.MEND)
    return redrive(stage, subjects)
