"""Any past moment, rebuilt from the log: of one ticket, and of what lay in queues.

All of it on recorded time: what the desk knew at the moment. A message that was
posted before a moment and reached us after it was not in the backlog then.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.history import FACTS, Happened, State
from webcare.domain.history import state_at as rebuilt
from webcare.domain.lifecycle import LIVE
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries.people import EVERYWHERE, Rights, called

# No transaction lasts longer: a row that has not changed since is what the log says.
_SETTLED = "interval '1 hour'"


class Lay(NamedTuple):
    """The live tickets of one queue; without a queue they waited to be routed."""

    queue: int | None
    tickets: list[int]


class Named(NamedTuple):
    """A state, by the names that clients know."""

    status: str
    priority: str
    queue: str | None
    topic: str | None
    agent: UUID | None
    agent_name: str | None


def state_at(ticket: int, moment: datetime) -> State | None:
    """Return what a ticket was at `moment`, as known then; None before it was made."""
    rows = fetch(
        """SELECT recorded_at, data::text FROM webcare_ticketevent
            WHERE ticket_id = %s AND recorded_at <= %s AND data ?| %s ORDER BY id""",
        [ticket, moment, list(FACTS)],
    )
    return rebuilt([Happened(at, json.loads(data)) for at, data in rows], moment)


def named_state(ticket: int, moment: datetime) -> Named | None:
    """The same, with names for keys: one statement more."""
    state = state_at(ticket, moment)
    if state is None:
        return None
    [names] = fetch(
        f"""SELECT (SELECT slug FROM webcare_queue WHERE id = %s),
                   (SELECT slug FROM webcare_topic WHERE id = %s),
                   u.public_id, {called("u")}
              FROM (SELECT) AS one LEFT JOIN webcare_user u ON u.id = %s""",
        [state.queue, state.topic, state.agent],
    )
    return Named(state.status, state.priority, *names)


def backlog_at(queues: Sequence[int] | None, moment: datetime) -> list[Lay]:
    """Return the tickets that were live at `moment`, by the queue they lay in then.

    `queues` None is all of them, and what waited for routing. One statement. It
    reads the lines of tickets that are live now or have changed since, for no other
    can have been live then.
    """
    rows = fetch(
        f"""SELECT lay.queue, array_agg(lay.id ORDER BY lay.id)
              FROM (SELECT k.id,
                           (SELECT e.data->>'status' FROM webcare_ticketevent e
                             WHERE e.ticket_id = k.id AND e.recorded_at <= %(moment)s
                               AND e.data ? 'status'
                             ORDER BY e.id DESC LIMIT 1) AS status,
                           (SELECT (e.data->>'queue')::bigint FROM webcare_ticketevent e
                             WHERE e.ticket_id = k.id AND e.recorded_at <= %(moment)s
                               AND e.data ? 'queue'
                             ORDER BY e.id DESC LIMIT 1) AS queue
                      FROM webcare_ticket k
                     WHERE k.status = ANY(%(live)s)
                        OR k.changed_at > %(moment)s - {_SETTLED}) AS lay
             WHERE lay.status = ANY(%(live)s)
               AND (%(queues)s::bigint[] IS NULL OR lay.queue = ANY(%(queues)s))
             GROUP BY 1 ORDER BY 1 NULLS FIRST""",
        {
            "moment": moment,
            "live": sorted(LIVE),
            "queues": None if queues is None else list(queues),
        },
    )
    return [Lay(*row) for row in rows]


class Backlog(NamedTuple):
    """How many tickets lay in a queue; no slug: they waited to be routed."""

    queue: str | None
    tickets: int


def backlog_by_queue(user: User, moment: datetime) -> list[Backlog]:
    """Count what lay in the queues in which `user` may see reports. Raises NotAllowed.

    A queue in which nothing lay is there with none.
    """
    allowed = Rights.of(user).where(Permission.SEE_REPORTS)
    if not allowed:
        raise NotAllowed
    everywhere = EVERYWHERE in allowed
    queues = None if everywhere else sorted(queue for queue in allowed if queue)
    lay = {queue: len(tickets) for queue, tickets in backlog_at(queues, moment)}
    names = fetch(
        """SELECT id, slug FROM webcare_queue
            WHERE %(all)s OR id = ANY(%(queues)s) ORDER BY slug""",
        {"all": everywhere, "queues": queues or []},
    )
    unrouted = [Backlog(None, lay[None])] if None in lay else []
    return unrouted + [Backlog(slug, lay.get(queue, 0)) for queue, slug in names]
