"""How urgent a ticket is, who said so, and why; danger stands above all of it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions import alarms, clocks, readings
from webcare.actions.bulk_rows import change_of, lock
from webcare.actions.log import Line, record, record_many
from webcare.actions.tickets import touched
from webcare.domain.lifecycle import LIVE, not_live
from webcare.domain.outcomes import DANGER_REASON, Priority, PrioritySetBy
from webcare.domain.permissions import Permission
from webcare.exceptions import DangerStands, StaleVersion, TicketChanged
from webcare.models import Alarm, Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind


@transaction.atomic
def set_priority(
    *,
    ticket: Ticket,
    user: User,
    priority: Priority,
    reason: str,
    version: int | None = None,
) -> Ticket:
    """Say how urgent a ticket is, and why (at most 200 characters).

    The reason stays on the ticket and out of its history. While there is talk of
    danger it stays urgent. Raises NotAllowed, StaleVersion, DangerStands,
    TicketChanged.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if version is not None and version != ticket.version:
        raise StaleVersion(_("The ticket has changed: look at what is new."))
    give_priority(ticket, priority, reason=reason, by=PrioritySetBy.PERSON, actor=user)
    return ticket


def give_priority(
    ticket: Ticket,
    priority: Priority,
    *,
    reason: str,
    by: PrioritySetBy,
    actor: User | None,
    cause: str = "person",
) -> None:
    """Do what `set_priority` does, for a person or a rule that may."""
    given = {"priority": priority, "priority_reason": reason, "priority_by": by}
    if all(getattr(ticket, name) == value for name, value in given.items()):
        return
    may_be = {} if priority == Priority.URGENT else {"is_danger": False}
    [row] = lock([ticket.pk])
    # Its reason is nobody's but the ticket's.
    change = change_of(row, priority=priority.value, priority_by=by.value)
    _update(ticket, may_be, given)
    record(
        ticket,
        Kind.PRIORITY_CHANGED,
        at=database_now(),
        actor=actor,
        cause=cause,
        priority=priority.value,
        by=by.value,
        undo=change._asdict(),
    )
    clocks.follow([ticket.pk])


@transaction.atomic
def set_danger(*, ticket: Ticket, user: User, is_danger: bool, reason: str) -> Ticket:
    """Say that there is danger, or that it was a false alarm.

    Danger makes a ticket urgent and rings the on-call list. Who clears it, with a
    right of its own, is on it as well: a ringing alarm is acknowledged, and a
    priority that danger had set is normal again. Raises NotAllowed, TicketChanged.
    """
    needed = Permission.WORK_TICKETS if is_danger else Permission.CLEAR_DANGER
    require(user, needed, ticket.queue_id)
    if ticket.is_danger == is_danger:
        return ticket
    priority = _priority_after(ticket, is_danger)
    by = PrioritySetBy.DANGER if is_danger else PrioritySetBy.PERSON
    given: dict[str, Any] = {"is_danger": is_danger, "priority": priority}
    if is_danger or ticket.priority_by == PrioritySetBy.DANGER:
        given |= {"priority_reason": reason, "priority_by": by}
    _update(ticket, {"is_danger": not is_danger}, given)
    record(
        ticket,
        Kind.PRIORITY_CHANGED,
        at=database_now(),
        actor=user,
        priority=priority.value,
        by=by.value,
        is_danger=is_danger,
    )
    clocks.follow([ticket.pk])
    readings.note_danger(ticket, user)
    _ring_or_hush(ticket, user)
    return ticket


def note_danger(tickets: Sequence[int]) -> None:
    """Let these tickets be dangers, by what their authors now say; live ones alone."""
    found = fetch(
        """UPDATE webcare_ticket
              SET is_danger = true, priority = 'urgent', priority_by = 'danger',
                  priority_reason = %s, changed_at = now(), version = version + 1
            WHERE id = ANY(%s) AND status = ANY(%s) AND NOT is_danger
        RETURNING id, now()""",
        [DANGER_REASON, list(tickets), sorted(LIVE)],
    )
    facts = {"priority": "urgent", "by": "danger", "is_danger": True}
    record_many(
        [Line(pk, Kind.PRIORITY_CHANGED, at, facts) for pk, at in found],
        cause="platform",
    )
    clocks.follow(ids(found))
    alarms.raise_alarms(ids(found))


def _priority_after(ticket: Ticket, is_danger: bool) -> Priority:
    if is_danger:
        return Priority.URGENT
    was_danger = ticket.priority_by == PrioritySetBy.DANGER
    return Priority.NORMAL if was_danger else Priority(ticket.priority)


def _ring_or_hush(ticket: Ticket, user: User) -> None:
    if ticket.is_danger:
        alarms.raise_alarms([ticket.pk])
        return
    for alarm in Alarm.objects.filter(ticket=ticket, acknowledged_at=None):
        alarms.acknowledge(alarm=alarm, user=user)


def _update(ticket: Ticket, only_if: dict[str, Any], given: dict[str, Any]) -> None:
    changed = Ticket.objects.filter(
        pk=ticket.pk, status__in=sorted(LIVE), **only_if
    ).update(**given, **touched())
    ticket.refresh_from_db()
    if changed:
        return
    if ticket.is_danger and only_if.get("is_danger") is False:
        raise DangerStands
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))
    raise TicketChanged(_("Someone else changed this ticket: look at it again."))
