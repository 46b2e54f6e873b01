"""Bulk changes that are the ordinary action, ticket after ticket."""

from collections.abc import Callable, Sequence

from django.db import transaction

from webcare.actions.bulk_macros import using
from webcare.actions.bulk_rows import Change, Results, Row
from webcare.domain.automation.steps import Step
from webcare.exceptions import WebcareError
from webcare.models import BulkJob, Ticket

One = Callable[[Row, Ticket], Change]


def ready(step: Step, job: BulkJob) -> One:
    """Return what is done to each ticket, with all that it holds and reads once.

    Called before any ticket is locked. Raises NotFound where it names what is gone.
    """
    return EACH[step.do](step, job)


def one_by_one(one: One, rows: Sequence[Row]) -> Results:
    """Do the ordinary action to each of these locked tickets; a refusal is its code."""
    tickets = Ticket.objects.select_related(
        "queue", "thread", "last_inbound", "author", "channel"
    ).in_bulk([row.id for row in rows])
    return {row.id: _tried(one, row, tickets[row.id]) for row in rows}


def _tried(one: One, row: Row, ticket: Ticket) -> Change | str:
    try:
        with transaction.atomic():
            return one(row, ticket)
    except WebcareError as error:
        return error.code


EACH: dict[str, Callable[[Step, BulkJob], One]] = {"macro": using}
