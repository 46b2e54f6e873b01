"""Bulk changes that are the ordinary action, ticket after ticket."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from webcare.actions.in_bulk import Change, Results, Row
from webcare.actions.tickets import reopen_ticket, resolve_ticket
from webcare.domain.automation.steps import Step
from webcare.domain.outcomes import Resolution
from webcare.exceptions import TicketChanged, WebcareError
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


def undo_one_by_one(word: str, rows: Sequence[Row], user: User) -> Results:
    """Take the action back on each of these locked tickets, where it can be."""
    tickets = Ticket.objects.select_related("queue", "thread").in_bulk(
        [row.id for row in rows]
    )
    return {row.id: _undo_one(word, row, tickets[row.id], user) for row in rows}


def _undo_one(word: str, row: Row, ticket: Ticket, user: User) -> Change | str:
    try:
        with transaction.atomic():
            UNDO_EACH[word](ticket, user)
    except TicketChanged:
        return "changed_since"
    except WebcareError as error:
        return error.code
    return Change({"status": row.status}, {"status": ticket.status})


def _resolve(step: Step, ticket: Ticket, user: User) -> None:
    outcome = step.values.get("outcome", Resolution.ANSWERED.value)
    resolve_ticket(ticket=ticket, user=user, outcome=Resolution(outcome))


def _reopen(step: Step, ticket: Ticket, user: User) -> None:
    reopen_ticket(ticket=ticket, user=user)


EACH: dict[str, Each] = {"resolve": _resolve, "reopen": _reopen}
UNDO_EACH: dict[str, Callable[[Ticket, User], Any]] = {}
