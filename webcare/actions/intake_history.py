"""What the log says of messages that came in."""

from collections.abc import Sequence
from typing import Any

from webcare.actions.engagement import Engaged
from webcare.actions.intake_groups import Group
from webcare.actions.intake_rows import newest
from webcare.actions.log import Line, record_many
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority
from webcare.models import TicketEvent


def write_history(
    groups: Sequence[Group],
    beside: Sequence[Line],
    cause: str,
    actor: int | None,
) -> None:
    """Write a line for each message; `beside` are those of what changes no ticket."""
    lines = [*beside]
    lines += [
        Line(
            group.ticket,
            kind,
            one.message.posted_at,
            {"message": one.message.id, "reason": one.reason, **altered}
            | _elsewhere(group, one),
            actor,
        )
        for group in groups
        for one, kind, altered in zip(
            group.said, _kinds(group), _altered(group), strict=True
        )
    ]
    record_many(lines, cause=cause)


def _elsewhere(group: Group, one: Engaged) -> dict[str, int]:
    """The ticket that the message's turn is measured on, where it is another one."""
    origin = group.home(one)[0]
    return {} if origin == group.ticket else {"origin": origin}


def _altered(group: Group) -> list[dict[str, Any]]:
    """What of the ticket became different, said beside the first message."""
    priority = newest(group.said)["priority"]
    found, first = group.found, dict[str, Any]()
    if found is None:
        first = {"status": Status.NEW.value, "priority": priority}
        first |= dict.fromkeys(("queue", "agent", "topic"))
    else:
        if found.status not in {Status.NEW, Status.OPEN}:
            first["status"] = Status.OPEN.value
        if priority == Priority.URGENT != found.priority:
            first["priority"] = priority
    return [first, *({} for _ in group.said[1:])]


def _kinds(group: Group) -> list[TicketEvent.Kind]:
    first = TicketEvent.Kind.MESSAGE_ADDED
    if group.found is None:
        first = TicketEvent.Kind.OPENED
    elif group.reopens:
        first = TicketEvent.Kind.REOPENED
    return [first] + [TicketEvent.Kind.MESSAGE_ADDED] * (len(group.said) - 1)
