"""Which moves a ticket can make: one table that a product owner can read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from webcare.exceptions import InvalidMove


class Status(TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting for the customer")
    ON_HOLD = "on_hold", _("Waiting for a colleague")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


_PARKED = frozenset({Status.PENDING, Status.ON_HOLD, Status.SNOOZED})

MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: _PARKED | {Status.OPEN, Status.RESOLVED},
    Status.OPEN: _PARKED | {Status.RESOLVED},
    Status.PENDING: _PARKED - {Status.PENDING} | {Status.OPEN, Status.RESOLVED},
    Status.ON_HOLD: _PARKED - {Status.ON_HOLD} | {Status.OPEN, Status.RESOLVED},
    Status.SNOOZED: _PARKED - {Status.SNOOZED} | {Status.OPEN, Status.RESOLVED},
    Status.RESOLVED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
LIVE = frozenset(status for status in Status if Status.RESOLVED in MOVES[status])


def require_move(current: str, target: Status) -> None:
    """Raise InvalidMove unless a ticket may go from `current` to `target`."""
    if target not in MOVES[Status(current)]:
        raise InvalidMove(current=current, target=target.value)
