"""Values of tickets put back where they are still the ones that were set."""

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.models.bulk import fetch
from webcare.actions import clocks, corrections
from webcare.actions.bulk_rows import By, Change, Results, Row
from webcare.actions.in_bulk_endings import CHANGED_SINCE
from webcare.actions.log import Line, record_many
from webcare.domain.outcomes import DecidedBy
from webcare.domain.permissions import Permission
from webcare.models import TicketEvent
from webcare.queries.people import rights_of_many

COLUMNS = (
    "status",
    "queue",
    "agent",
    "topic",
    "topic_by",
    "topic_confidence",
    "priority",
    "priority_by",
    "priority_reason",
    "snoozed_until",
)


def put_back(
    word: str, rows: Sequence[Row], changes: Mapping[int, Change], by: By
) -> Results:
    """Restore the values from before a change, by ticket, in these locked rows.

    `word` is what is undone, for the log. A ticket where one of the values is not
    what the change had made of it stays as it is, and so does one that would be in
    the hands of somebody who does not work in its queue: `changed_since`.
    """
    results: Results = {}
    was = {row.id: row._replace(**changes[row.id].before) for row in rows}
    strays = _strays([one for one in was.values() if _hands(changes[one.id])])
    for row in rows:
        before, after = changes[row.id]
        same = all(getattr(row, name) == now for name, now in after.items())
        stays = not same or row.id in strays
        results[row.id] = CHANGED_SINCE if stays else Change(after, before)
    back = [row for row in rows if isinstance(results[row.id], Change)]
    if back:
        _restore([was[row.id] for row in back])
        lines = [_line(word, row, changes[row.id], by) for row in back]
        record_many(lines, cause=by.cause)
        clocks.follow([row.id for row in back])
        _unlearn({row.id: changes[row.id] for row in back}, by)
    return results


def _hands(change: Change) -> bool:
    """Whether it says where a ticket is, or in whose hands."""
    return not {"queue", "agent"}.isdisjoint(change.before)


def _strays(rows: Sequence[Row]) -> set[int]:
    """The tickets whose agent does not work in their queue: they would not be seen."""
    people = rights_of_many({row.agent for row in rows if row.agent})
    return {
        row.id
        for row in rows
        if row.agent and not people[row.agent].allow(Permission.WORK_TICKETS, row.queue)
    }


def _unlearn(changes: Mapping[int, Change], by: By) -> None:
    """Let what a decision taught be gone with it: what a person had said before is an
    example again, and what a machine had said is none."""
    taught: dict[int | None, list[int]] = {}
    for ticket, (before, after) in changes.items():
        if "topic" in after:
            was_said = before.get("topic_by") == DecidedBy.PERSON
            topic = before["topic"] if was_said else None
            taught.setdefault(topic, []).append(ticket)
    for topic, tickets in taught.items():
        corrections.learn(tickets, topic=topic, user=by.actor)


def _restore(rows: Sequence[Row]) -> None:
    fetch(
        """UPDATE webcare_ticket k
              SET status = given.status, queue_id = given.queue, agent_id = given.agent,
                  topic_id = given.topic, topic_by = given.topic_by,
                  topic_confidence = given.topic_confidence,
                  priority = given.priority, priority_by = given.priority_by,
                  priority_reason = given.priority_reason,
                  snoozed_until = given.snoozed_until,
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
                         %s::bigint[], %s::text[], %s::float8[], %s::text[],
                         %s::text[], %s::text[], %s::timestamptz[])
                  AS given(id, status, queue, agent, topic, topic_by, topic_confidence,
                           priority, priority_by, priority_reason, snoozed_until)
            WHERE k.id = given.id""",
        [
            [row.id for row in rows],
            *([getattr(row, name) for row in rows] for name in COLUMNS),
        ],
    )


def _line(word: str, row: Row, change: Change, by: By) -> Line:
    logged = ("status", "queue", "agent", "topic", "priority")
    news = {name: value for name, value in change.before.items() if name in logged}
    facts: dict[str, Any] = {**by.facts, **news, "what": word}
    return Line(row.id, TicketEvent.Kind.UNDONE, row.now, facts, by.actor)
