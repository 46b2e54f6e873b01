"""Whether and how a queue asks what people thought of it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from webcare.domain.permissions import Permission
from webcare.models import Queue, SurveySetting, User
from webcare.queries.people import require
from webcare.queries.setup import chosen_channel


@transaction.atomic
def change_setting(
    *, user: User, queue: Queue, channels: Sequence[str] | None = None, **fields: Any
) -> SurveySetting:
    """Say whether and how a queue asks; what is waiting already is asked so too.

    `channels` are all it asks on, none for wherever it can. Raises NotAllowed,
    Invalid.
    """
    require(user, Permission.SET_UP)
    chosen = [chosen_channel(slug) for slug in channels or ()]
    made, _ = SurveySetting.objects.update_or_create(queue=queue, defaults=fields)
    if channels is not None:
        made.channels.set(chosen)
    return made
