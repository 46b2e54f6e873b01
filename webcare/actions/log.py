"""Every change of a ticket writes one line here, in the same transaction.

A line whose change alters a ticket's status, queue, agent, priority or topic has the
new value in its data under just that name (an id as a number, null for none), so that
what a ticket was at any moment can be read from its lines alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import insert
from webcare.actions.notifications import (
    ABOUT_APPROVALS,
    READ_WITH_THEIR_END,
    TELL,
    TELL_OF_APPROVALS,
    TOLD_OF,
)
from webcare.actions.survey_plan import PLAN_SURVEYS
from webcare.domain.lifecycle import Status
from webcare.models import Ticket, TicketEvent, User


class Line(NamedTuple):
    """One thing that happened to one ticket."""

    ticket: int
    kind: TicketEvent.Kind
    effective_at: datetime
    data: Mapping[str, Any]
    actor: int | None = None


def record(
    ticket: Ticket,
    kind: TicketEvent.Kind,
    *,
    at: datetime,
    actor: User | None = None,
    cause: str = "person",
    **data: Any,
) -> None:
    """Write one line in the ticket's history; `at` is when it happened."""
    line = Line(ticket.pk, kind, at, data, actor.pk if actor else None)
    record_many([line], cause=cause)


def record_many(lines: Sequence[Line], *, cause: str) -> None:
    """Write many lines, and tell those whom they concern, in one statement."""
    rows = [
        {
            "ticket": line.ticket,
            "kind": line.kind.value,
            "effective_at": line.effective_at,
            "actor": line.actor,
            "cause": cause,
            "data": dict(line.data),
        }
        for line in lines
    ]
    is_news = any(line.kind in TOLD_OF for line in lines)
    feeding = [WAKE_RULES, TELL] if is_news else [WAKE_RULES]
    if any(line.kind in ABOUT_APPROVALS for line in lines):
        feeding += [TELL_OF_APPROVALS, READ_WITH_THEIR_END]
    if any(line.data.get("status") == Status.RESOLVED for line in lines):
        feeding.append(PLAN_SURVEYS)
    insert(TicketEvent, rows, returning=_MADE, feeding=feeding, prepared=True)


def written_with(lines: str) -> str:
    """Return SQL that writes lines along with the one statement that makes them true.

    For changes that are made all day, where a statement of their own would cost as
    much again. `lines` selects ticket, kind, moment, actor, cause and data, in their
    order; what is returned belongs in a WITH, and is `made` there.
    """
    return f"""made AS (
        INSERT INTO webcare_ticketevent
               (ticket_id, kind, effective_at, actor_id, cause, data)
        {lines} RETURNING {_MADE}
    ), woken AS ({WAKE_RULES}), told AS ({TELL})"""


# What those who are told are found by.
_MADE = "id, ticket_id, kind, effective_at, actor_id, data"
# Hands the lines that a rule listens to over to stage `rules`, in the statement that
# writes them: without such a rule that costs a look into an empty table.
WAKE_RULES = """
    INSERT INTO conversations_work (stage, subject_id)
    SELECT 'rules', made.id FROM made
     WHERE made.kind IN (
           SELECT t.kind FROM webcare_ruletrigger t
             JOIN webcare_automationrule r ON r.id = t.rule_id AND r.is_enabled)"""
