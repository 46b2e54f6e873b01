"""Rows for another program, millions of them: one batch, one statement at a time.

A batch begins after the last row of the one before, by moment and id: memory stays
flat, no transaction is open between two, and whoever was cut off goes on from the last
row they have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.sight import people_with_rights, visible

BATCH = 2_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class After(NamedTuple):
    """The last row that is known already."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of rows: where they are, their moment, and what is told of each.

    `row` is what they are called in `source`; the ticket `k` decides who sees them.
    """

    source: str
    row: str
    moment: str
    columns: Mapping[str, str]
    queue: str
    topic: str
    agent: str


def batches(
    user: User, export: Export, start: datetime, end: datetime, after: After | None
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield rows from `start` up to and without `end`, beyond `after`.

    The first value of a row is its moment, the second its id, then its columns. What
    the person may see is asked again for each batch. Raises NotAllowed when they may
    export nothing, or not any more: then what came before is not all.
    """
    mark = after or After(start, 0)
    while True:
        rows = fetch(*_statement(_as_now(user), export, start, end, mark))
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        mark = After(rows[-1][0], rows[-1][1])


def _as_now(user: User) -> User:
    known = people_with_rights([user.pk]).get(user.pk)
    if known is None:
        raise NotAllowed
    return known


def _statement(
    user: User, export: Export, start: datetime, end: datetime, mark: After
) -> tuple[str, dict[str, Any]]:
    queues = Rights.of(user).where(Permission.EXPORT_TICKETS)
    if not queues:
        raise NotAllowed(permission=Permission.EXPORT_TICKETS.value)
    seen, values = visible(user)
    row, moment = export.row, export.moment
    sql = f"""
        WITH page AS MATERIALIZED (
             SELECT {row}.id FROM {export.source}
              WHERE {moment} >= %(start)s AND {moment} < %(end)s
                AND ({moment}, {row}.id) > (%(mark_at)s, %(mark_id)s)
                AND (%(everywhere)s OR k.queue_id = ANY(%(exported)s)) AND {seen}
              ORDER BY {moment}, {row}.id LIMIT {BATCH})
        SELECT {moment}, {row}.id, {", ".join(export.columns.values())}
          FROM {export.source}
          LEFT JOIN webcare_queue queue ON queue.id = {export.queue}
          LEFT JOIN webcare_topic topic ON topic.id = {export.topic}
          LEFT JOIN webcare_user agent ON agent.id = {export.agent}
          JOIN conversations_channel channel ON channel.id = {row}.channel_id
         WHERE {row}.id = ANY(ARRAY(SELECT id FROM page))
         ORDER BY {moment}, {row}.id"""
    return sql, {
        **values,
        "start": max(start, mark.at),
        "end": end,
        "mark_at": mark.at,
        "mark_id": mark.id,
        "everywhere": EVERYWHERE in queues,
        "exported": sorted(queue for queue in queues if queue is not None),
    }


_SHARED = {
    "queue": "queue.slug",
    "topic": "topic.slug",
    "agent": "agent.public_id",
    "channel": "channel.slug",
}
_TICKET = {"ticket": "k.public_id", "number": "k.id"}
_WAITS = "x.outcome = 'waiting'"
# Nothing that somebody wrote is told; authors are told by their id alone. What a row
# is of is told as it was at its event; of what still waits, as it is now.
EXPORTS: Mapping[str, Export] = {
    "tickets": Export(
        "webcare_ticket k JOIN conversations_author author ON author.id = k.author_id",
        "k",
        "k.opened_at",
        _TICKET
        | {
            "opened_at": "k.opened_at",
            "status": "k.status",
            "priority": "k.priority",
            "is_danger": "k.is_danger",
            "language": "k.language",
        }
        | _SHARED
        | {
            "author": "author.public_id",
            "last_message_at": "k.last_message_at",
            "waiting_since": "k.waiting_since",
            "first_response_seconds": "k.first_response_seconds",
            "resolved_at": "k.resolved_at",
            "resolution": "k.resolution",
            "resolution_reason": "k.resolution_reason",
            "resolution_seconds": "k.resolution_seconds",
            "is_merged": "k.merged_into_id IS NOT NULL",
        },
        queue="k.queue_id",
        topic="k.topic_id",
        agent="k.agent_id",
    ),
    "turns": Export(
        "webcare_turn x JOIN webcare_ticket k ON k.id = x.ticket_id",
        "x",
        "x.started_at",
        _TICKET
        | {
            "turn": "x.number",
            "outcome": "x.outcome",
            "started_at": "x.started_at",
            "acknowledged_at": "x.acknowledged_at",
            "ended_at": "x.ended_at",
            "calendar_seconds": "x.calendar_seconds",
            "business_seconds": "x.business_seconds",
            "in_hours": "x.in_hours",
            "priority": f"CASE WHEN {_WAITS} THEN k.priority ELSE x.priority END",
        }
        | _SHARED,
        queue="coalesce(x.queue_id, k.queue_id)",
        topic=f"CASE WHEN {_WAITS} THEN k.topic_id ELSE x.topic_id END",
        agent=f"CASE WHEN {_WAITS} THEN k.agent_id ELSE x.answered_by_id END",
    ),
    "endings": Export(
        "webcare_ending x JOIN webcare_ticket k ON k.id = x.ticket_id",
        "x",
        "x.at",
        _TICKET
        | {
            "ending": "x.number",
            "opened_at": "x.opened_at",
            "ended_at": "x.at",
            "outcome": "x.outcome",
            "reason": "x.reason",
            "calendar_seconds": "x.calendar_seconds",
            "business_seconds": "x.business_seconds",
            "priority": "x.priority",
            "language": "x.language",
            "reopened_at": "x.reopened_at",
            "undone_at": "x.undone_at",
        }
        | _SHARED,
        queue="x.queue_id",
        topic="x.topic_id",
        agent="x.agent_id",
    ),
    "surveys": Export(
        "webcare_survey x JOIN webcare_ticket k ON k.id = x.ticket_id",
        "x",
        "x.ended_at",
        _TICKET
        | {
            "ended_at": "x.ended_at",
            "state": "x.state",
            "reason": "x.reason",
            "asked_at": "x.asked_at",
            "answered_at": "x.answered_at",
            "score": "x.score",
            "priority": "x.priority",
            "language": "x.language",
        }
        | _SHARED,
        queue="x.queue_id",
        topic="x.topic_id",
        agent="x.agent_id",
    ),
}
