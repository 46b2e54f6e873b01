"""Those of rolls who wait, and will until they are answered.

Only when each began is read: how long that is by now is worked out of the lists as they
come, since the database takes a microsecond for each of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.reports import By
from webcare.domain.waits import (
    Hours,
    Numbers,
    Waits,
    by_key,
    hours_of,
    open_so_far,
    so_far,
)
from webcare.queries.ongoing import ROLL_OF_DAYS, ongoing_key
from webcare.queries.opening import UNROUTED
from webcare.queries.packed import moments
from webcare.queries.scopes import Scope, of_facts


def rolled_waits(
    scope: Scope,
    by: By | None,
    values: Mapping[str, Any],
    opening: Iterable[Mapping[str, Any]],
) -> tuple[int, dict[int, Waits]]:
    """Return how many of the rolls are there, and who waits under each key: one
    statement."""
    rows = fetch(_statement(scope, by), values)
    found = [row[1:] for row in rows if row[1] is not None]
    lists = [moments(packed) for *_, packed in found]
    if not lists:
        return rows[0][0], {}
    sizes = [len(one) for one in lists]
    keys, queues = (np.repeat(one, sizes) for one in list(zip(*found, strict=True))[:2])
    begun = np.concatenate(lists)
    if by == By.HOUR:
        keys = hours_of(begun, ZoneInfo(settings.DESK_TIME_ZONE))
    return rows[0][0], by_key(keys, _seconds(begun, queues, scope, opening))


def _statement(scope: Scope, by: By | None) -> str:
    queue = f"coalesce(f.queue, {UNROUTED})" if scope.clock == "business" else "0"
    key = "0" if by == By.HOUR else ongoing_key(by)
    return f"""
        SELECT there.rolls, found.* FROM (
               SELECT count(*) AS rolls FROM webcare_roll WHERE id = ANY(%(rolls)s)
               ) AS there
          LEFT JOIN (
               SELECT {key}, {queue}, array_send(webcare_together(f.begun))
                 FROM webcare_ongoing f {ROLL_OF_DAYS.get(by, "")}
                WHERE f.roll_id = ANY(%(rolls)s) AND f.state = 1 AND {of_facts(scope)}
                GROUP BY 1, 2) AS found ON true"""


def _seconds(
    begun: Numbers,
    queues: Numbers,
    scope: Scope,
    opening: Iterable[Mapping[str, Any]],
) -> Numbers:
    """By the clock that is asked for; a queue without a calendar is always open."""
    found = so_far(begun, scope.as_of)
    if scope.clock == "business":
        for one in opening:
            of = queues == one["queue"]
            hours = Hours(*(one[name] for name in Hours._fields))
            found[of] = open_so_far(begun[of], hours)
    return found
