"""Work that waits: for the customer, for a colleague, or for a moment to come."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions import assignment, clocks
from webcare.actions.log import Line, record, record_many
from webcare.actions.tickets import move
from webcare.domain.lifecycle import (
    LONGEST_SNOOZE,
    Act,
    Cause,
    Status,
    needed_for,
    require_act,
)
from webcare.exceptions import Invalid
from webcare.models import Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
BATCH = 500
PARKED_AS = {
    Status.PENDING: Act.WAIT_FOR_CUSTOMER,
    Status.ON_HOLD: Act.WAIT_FOR_COLLEAGUE,
}


@transaction.atomic
def park_ticket(*, ticket: Ticket, user: User, status: Status) -> Ticket:
    """Let a ticket wait for its customer (pending) or for a colleague (on hold).

    A promise to resolve is held up meanwhile, or what its policy says; who waits for
    our answer waits on. Parking it as what it is already is no change. Raises
    NotAllowed, Invalid, InvalidMove, TicketChanged.
    """
    if status not in PARKED_AS:
        raise Invalid(**{"as": _("Choose pending or on_hold.")})
    require(user, needed_for(PARKED_AS[status]), ticket.queue_id)
    if ticket.status == status:
        return ticket
    return _change_status(ticket, user, PARKED_AS[status], status)


@transaction.atomic
def resume_ticket(*, ticket: Ticket, user: User) -> Ticket:
    """Take a parked ticket up again. Raises NotAllowed, InvalidMove, TicketChanged."""
    return _change_status(ticket, user, Act.RESUME, Status.OPEN)


@transaction.atomic
def snooze_ticket(*, ticket: Ticket, user: User, until: datetime) -> Ticket:
    """Put a ticket away until a moment within a year; it wakes then, or when its
    author writes. Its promises run on, unless its policy says otherwise.

    Raises NotAllowed, Invalid, InvalidMove, TicketChanged.
    """
    require(user, needed_for(Act.SNOOZE), ticket.queue_id)
    require_snooze(until)
    return _change_status(ticket, user, Act.SNOOZE, Status.SNOOZED, until)


def require_snooze(until: datetime, name: str = "until") -> None:
    """Raise Invalid unless work can be put away until this moment."""
    now = database_now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(**{name: _("Choose a moment in the future, within a year.")})


def wake_due() -> int:
    """Wake the tickets whose moment has come; returns how many.

    Each batch is a transaction of its own: guarded updates, and one line per ticket
    just as when a person takes it up again.
    """
    woken = 0
    while count := _wake_some():
        woken += count
    return woken


def _change_status(
    ticket: Ticket,
    user: User,
    act: Act,
    status: Status,
    until: datetime | None = None,
) -> Ticket:
    require(user, needed_for(act), ticket.queue_id)
    require_act(act, ticket.status)
    was = ticket.status
    move(ticket, status, snoozed_until=until)
    facts = {"status": status.value, "was": was}
    if until:
        facts["until"] = until.astimezone(UTC).isoformat().replace("+00:00", "Z")
    record(ticket, Kind.STATUS_CHANGED, at=database_now(), actor=user, **facts)
    clocks.follow([ticket.pk])
    if was == Status.OPEN:
        assignment.offer_to(ticket.agent_id)
    ticket.refresh_from_db()
    return ticket


@transaction.atomic
def _wake_some() -> int:
    woken = fetch(
        """WITH due AS (
             SELECT id, snoozed_until FROM webcare_ticket
              WHERE status = 'snoozed' AND snoozed_until <= statement_timestamp()
              ORDER BY snoozed_until, id LIMIT %s
                FOR NO KEY UPDATE SKIP LOCKED)
           UPDATE webcare_ticket k
              SET status = 'open', snoozed_until = NULL,
                  changed_at = now(), version = version + 1
             FROM due WHERE k.id = due.id
        RETURNING k.id, due.snoozed_until""",
        [BATCH],
    )
    facts = {"status": Status.OPEN.value, "was": Status.SNOOZED.value}
    record_many(
        [Line(pk, Kind.STATUS_CHANGED, until, facts) for pk, until in sorted(woken)],
        cause=Cause.TIMER,
    )
    clocks.follow(ids(woken))
    return len(woken)
