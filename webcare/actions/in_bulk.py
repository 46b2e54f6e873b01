"""The commonest changes, on many tickets at once: a handful of statements each.

Rules and bulk changes stand on these. Each takes tickets that were locked by `lock`,
asks the same rules of the domain as the action for a single ticket, and says per
ticket what was changed, or in one stable word why not. Who may do it was asked before.
"""

from collections.abc import Sequence
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.actions import clocks, promises
from webcare.actions.bulk_rows import (
    NOT_LIVE,
    UNCHANGED,
    By,
    Change,
    Result,
    Results,
    Row,
    change_of,
    changed_in,
    judged,
    only,
    update,
    write_down,
)
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import DecidedBy, Priority, PrioritySetBy
from webcare.domain.permissions import Permission
from webcare.models import TicketEvent, User
from webcare.queries.people import Rights, rights_of_many

Kind = TicketEvent.Kind


def assign(rows: Sequence[Row], by: By, *, agent: User) -> Results:
    """Say who answers: somebody who works in the ticket's queue."""
    rights = Rights.of(agent)

    def judge(row: Row) -> Result:
        if not row.is_live:
            return NOT_LIVE
        if row.agent == agent.pk:
            return UNCHANGED
        if not rights.allow(Permission.WORK_TICKETS, row.queue):
            return "agent_not_in_queue"
        return change_of(row, agent=agent.pk, **_begun(row))

    results = judged(rows, judge)
    update(
        """agent_id = %(agent)s,
           status = CASE status WHEN 'new' THEN 'open' ELSE status END""",
        results,
        agent=agent.pk,
    )
    write_down(Kind.ASSIGNED, rows, results, by, why=by.why)
    return results


def release(rows: Sequence[Row], by: By) -> Results:
    """Give tickets back to their queue."""

    def judge(row: Row) -> Result:
        if not row.is_live:
            return NOT_LIVE
        return UNCHANGED if row.agent is None else change_of(row, agent=None)

    results = judged(rows, judge)
    update("agent_id = NULL", results)
    write_down(Kind.RELEASED, rows, results, by, lambda row: {"was": row.agent})
    return results


def route(rows: Sequence[Row], by: By, *, queue: int) -> Results:
    """Move tickets to another queue; agents who do not work there let go of them."""
    people = rights_of_many({row.agent for row in rows if row.agent})

    def judge(row: Row) -> Result:
        if row.queue == queue:
            return UNCHANGED
        if row.agent and not people[row.agent].allow(Permission.WORK_TICKETS, queue):
            return change_of(row, queue=queue, agent=None)
        return change_of(row, queue=queue)

    results = judged(rows, judge)
    changed = changed_in(results)
    let_go = [pk for pk, change in changed.items() if "agent" in change.after]
    update(
        """queue_id = %(queue)s,
           agent_id = CASE WHEN id = ANY(%(let_go)s) THEN NULL ELSE agent_id END""",
        results,
        queue=queue,
        let_go=let_go,
    )
    write_down(Kind.ROUTED, rows, results, by, why=by.why)
    if changed:
        promises.start_and_tell(dict.fromkeys(changed, queue), cause=by.cause)
    return results


def classify(
    rows: Sequence[Row], by: By, *, topic: int | None, decided: DecidedBy
) -> Results:
    """Say what tickets are about; what a person chose is changed by persons only."""

    def judge(row: Row) -> Result:
        if decided != DecidedBy.PERSON and row.topic_by == DecidedBy.PERSON:
            return "person_chose"
        if (row.topic, row.topic_by) == (topic, decided.value):
            return UNCHANGED
        return change_of(
            row, topic=topic, topic_by=decided.value, topic_confidence=None
        )

    results = judged(rows, judge)
    update(
        "topic_id = %(topic)s, topic_by = %(by)s, topic_confidence = NULL",
        results,
        topic=topic,
        by=decided.value,
    )
    write_down(
        Kind.CLASSIFIED,
        rows,
        {pk: only(result, "topic") for pk, result in results.items()},
        by,
        lambda row: {"by": decided.value, "was": row.topic},
    )
    return results


def prioritise(
    rows: Sequence[Row],
    by: By,
    *,
    priority: Priority,
    decided: PrioritySetBy,
    reason: str = "",
) -> Results:
    """Set the priority; danger stays on top until a person says otherwise."""
    given = {
        "priority": priority.value,
        "priority_by": decided.value,
        "priority_reason": reason[:200],
    }

    def judge(row: Row) -> Result:
        if row.is_danger and decided != PrioritySetBy.PERSON:
            return "danger"
        if row.priority == priority:
            return UNCHANGED
        return change_of(row, **given)

    results = judged(rows, judge)
    update(
        """priority = %(priority)s, priority_by = %(priority_by)s,
           priority_reason = %(priority_reason)s""",
        results,
        **given,
    )
    write_down(
        Kind.PRIORITY_CHANGED,
        rows,
        {pk: only(result, "priority") for pk, result in results.items()},
        by,
        lambda row: {"was": row.priority, "by": decided.value},
    )
    clocks.follow(list(changed_in(results)))
    return results


def tag(rows: Sequence[Row], by: By, *, tag: int, slug: str) -> Results:
    """Put a tag on tickets that do not carry it."""
    made = fetch(
        """INSERT INTO webcare_tickettag (ticket_id, tag_id, by_id)
           SELECT ticket, %s, %s FROM unnest(%s::bigint[]) AS given(ticket)
               ON CONFLICT DO NOTHING RETURNING ticket_id""",
        [tag, by.actor, [row.id for row in rows]],
    )
    return _tagged(Kind.TAGGED, made, rows, by, slug, ([], [slug]))


def untag(rows: Sequence[Row], by: By, *, tag: int, slug: str) -> Results:
    """Take a tag off tickets that carry it."""
    gone = fetch(
        """DELETE FROM webcare_tickettag WHERE tag_id = %s AND ticket_id = ANY(%s)
        RETURNING ticket_id""",
        [tag, [row.id for row in rows]],
    )
    return _tagged(Kind.UNTAGGED, gone, rows, by, slug, ([slug], []))


def note(rows: Sequence[Row], by: By, *, text: str) -> Results:
    """Tell colleagues something on each ticket; nobody is its author."""
    made: Sequence[tuple[int, UUID]] = fetch(
        """INSERT INTO webcare_note (public_id, ticket_id, author_id, text)
           SELECT gen_random_uuid(), ticket, %s, %s
             FROM unnest(%s::bigint[]) AS given(ticket)
        RETURNING ticket_id, public_id""",
        [by.actor, text, [row.id for row in rows]],
    )
    names = {ticket: str(public_id) for ticket, public_id in made}
    results: Results = {row.id: Change({}, {}) for row in rows}
    update("", results)
    write_down(Kind.NOTE_ADDED, rows, results, by, lambda row: {"note": names[row.id]})
    return results


def _begun(row: Row) -> dict[str, str]:
    """Whose ticket it is has begun with it."""
    return {"status": Status.OPEN.value} if row.status == Status.NEW else {}


def _tagged(
    kind: TicketEvent.Kind,
    touched: Sequence[tuple[int]],
    rows: Sequence[Row],
    by: By,
    slug: str,
    tags: tuple[list[str], list[str]],
) -> Results:
    done = {ticket for (ticket,) in touched}
    change = Change({"tags": tags[0]}, {"tags": tags[1]})
    results: Results = {row.id: change if row.id in done else UNCHANGED for row in rows}
    update("", results)
    logged: Results = {pk: Change({}, {}) for pk in changed_in(results)}
    write_down(kind, rows, logged, by, tag=slug)
    return results
