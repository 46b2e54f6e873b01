"""Which moves a ticket can make, and who may make them: one table.

A row reads: this may be done to a ticket that is one of `of`, which then becomes `to`;
a person needs the permission `by` in the ticket's queue, and the causes in `also` do
it without a person. What is not in the table does not happen.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.exceptions import InvalidMove


class Status(TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting for the customer")
    ON_HOLD = "on_hold", _("Waiting for a colleague")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


class Cause(TextChoices):
    """What moves a ticket when no person does."""

    INTAKE = "intake"  # its author wrote
    DELIVERY = "delivery"  # an answer of ours was refused, or nobody knows of it
    ASSIGNMENT = "assignment"  # it was handed out
    TIMER = "timer"  # its time came
    RULE = "rule"  # a rule of the desk


class Act(TextChoices):
    TAKE = "take"
    WAIT_FOR_CUSTOMER = "wait_for_customer"
    WAIT_FOR_COLLEAGUE = "wait_for_colleague"
    SNOOZE = "snooze"
    RESUME = "resume"
    WAKE = "wake"
    RESOLVE = "resolve"
    UNDO_RESOLVE = "undo_resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"
    UNMERGE = "unmerge"


class Move(NamedTuple):
    """One row of the table."""

    act: Act
    of: frozenset[Status]
    to: Status | None  # None: what it was before
    by: Permission | None  # None: no person does this
    also: frozenset[Cause] = frozenset()


_S, _C = Status, Cause
_WORK = Permission.WORK_TICKETS
PARKED = frozenset({_S.PENDING, _S.ON_HOLD, _S.SNOOZED})
LIVE = frozenset({_S.NEW, _S.OPEN}) | PARKED
_DONE = frozenset({_S.RESOLVED})
_OVER = frozenset({_S.CLOSED})

TABLE: tuple[Move, ...] = (
    # Somebody begins: claimed, assigned, answered, or handed out.
    Move(Act.TAKE, frozenset({_S.NEW}), _S.OPEN, _WORK, frozenset({_C.ASSIGNMENT})),
    # Parked: for the customer, for a colleague, or until a moment.
    Move(
        Act.WAIT_FOR_CUSTOMER,
        LIVE - {_S.PENDING},
        _S.PENDING,
        _WORK,
        frozenset({_C.RULE}),
    ),
    Move(
        Act.WAIT_FOR_COLLEAGUE,
        LIVE - {_S.ON_HOLD},
        _S.ON_HOLD,
        _WORK,
        frozenset({_C.RULE}),
    ),
    # A snoozed ticket can be given another moment.
    Move(Act.SNOOZE, LIVE, _S.SNOOZED, _WORK, frozenset({_C.RULE})),
    # Work again: by hand, since its author wrote, or since our answer did not arrive.
    Move(
        Act.RESUME,
        PARKED,
        _S.OPEN,
        _WORK,
        frozenset({_C.INTAKE, _C.DELIVERY, _C.RULE}),
    ),
    Move(Act.WAKE, frozenset({_S.SNOOZED}), _S.OPEN, None, frozenset({_C.TIMER})),
    Move(Act.RESOLVE, LIVE, _S.RESOLVED, _WORK, frozenset({_C.RULE})),
    # Only whoever resolved it, for UNDO_SECONDS, while nothing has happened since.
    Move(Act.UNDO_RESOLVE, _DONE, None, _WORK),
    # Its author wrote within the reopen window, or our answer did not arrive.
    Move(Act.REOPEN, _DONE, _S.OPEN, _WORK, frozenset({_C.INTAKE, _C.DELIVERY})),
    # Only once the reopen window of its queue is over. Nothing follows.
    Move(Act.CLOSE, _DONE, _S.CLOSED, _WORK, frozenset({_C.TIMER})),
    # Its messages went on with another ticket, and come back with the merge undone.
    # What was resolved is counted as it ended: it is reopened first, or linked.
    Move(Act.MERGE, LIVE, _S.CLOSED, _WORK),
    Move(Act.UNMERGE, _OVER, None, _WORK),
)
_ROWS = {row.act: row for row in TABLE}
# These ask for more than the right status: none is made by naming a status.
_BY_NAME_ONLY = frozenset({Act.UNDO_RESOLVE, Act.MERGE, Act.UNMERGE})

MOVES: dict[Status, frozenset[Status]] = {
    status: frozenset(
        row.to
        for row in TABLE
        if status in row.of and row.to and row.act not in _BY_NAME_ONLY
    )
    for status in Status
}

UNDO_SECONDS = 300  # how long whoever resolved a ticket can take that back
LONGEST_SNOOZE = timedelta(days=365)
# A queue's setting; this is for tickets that have not reached a queue.
USUAL_REOPEN_HOURS = 72


def require_move(current: str, target: Status) -> None:
    """Raise InvalidMove unless a ticket may go from `current` to `target`."""
    if target not in MOVES[Status(current)]:
        raise InvalidMove(current=current, target=target.value)


def require_act(act: Act, current: str) -> None:
    """Raise InvalidMove unless `act` can be done to a ticket that is `current`."""
    row = _ROWS[act]
    if Status(current) not in row.of:
        target = row.to or act.value
        raise InvalidMove(current=current, target=target, becomes=row.to is not None)


def needed_for(act: Act) -> Permission:
    """What a person has to be allowed in the ticket's queue."""
    by = _ROWS[act].by
    assert by is not None  # acts that no person does have no action of their own
    return by


def reopens_until(resolved_at: datetime, reopen_hours: int) -> datetime:
    """The last moment at which what its author writes reopens a resolved ticket."""
    return resolved_at + timedelta(hours=reopen_hours)


def not_live(status: str) -> str:
    """Say what can be done instead about a ticket that nobody works on any more."""
    if status == Status.CLOSED:
        return gettext(
            "This ticket is closed: go on with the one that it was merged into, or "
            "with a new one."
        )
    return gettext("This ticket is not open any more: reopen it first.")
