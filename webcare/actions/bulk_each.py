"""Bulk changes that are the ordinary action, ticket after ticket."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from webcare.actions.in_bulk import Change, Results, Row
from webcare.actions.tickets import reopen_ticket
from webcare.domain.automation.steps import Step
from webcare.exceptions import WebcareError
from webcare.models import Ticket, User

Each = Callable[[Step, Ticket, User], Any]


def one_by_one(step: Step, rows: Sequence[Row], user: User) -> Results:
    """Do the ordinary action to each of these locked tickets; a refusal is its code."""
    tickets = Ticket.objects.select_related("queue", "thread", "last_inbound").in_bulk(
        [row.id for row in rows]
    )
    return {row.id: _one(step, row, tickets[row.id], user) for row in rows}


def _one(step: Step, row: Row, ticket: Ticket, user: User) -> Change | str:
    try:
        with transaction.atomic():
            EACH[step.do](step, ticket, user)
    except WebcareError as error:
        return error.code
    return Change(
        {"status": row.status, "agent": row.agent},
        {
            "status": ticket.status,
            "agent": ticket.agent_id,
            "resolved_at": ticket.resolved_at and ticket.resolved_at.isoformat(),
        },
    )


def _reopen(step: Step, ticket: Ticket, user: User) -> None:
    reopen_ticket(ticket=ticket, user=user)


EACH: dict[str, Each] = {"reopen": _reopen}
# What decides which ticket of a thread is the live one goes one at a time.
HOLDS_THREADS = frozenset({"reopen"})
