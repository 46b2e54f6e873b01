"""A rule tried on the last tickets: what it would do, with nothing done."""

from typing import Any, NamedTuple

from webcare.actions.automation import check_definition
from webcare.domain.automation.conditions import Facts
from webcare.domain.automation.definitions import Definition
from webcare.domain.automation.effects import effect
from webcare.exceptions import Invalid
from webcare.models import Queue, User
from webcare.queries.automation import Asked, facts_of, newest_tickets

MOST = 1_000


class Trial(NamedTuple):
    """How many tickets were looked at, and what would change on those that match."""

    looked_at: int
    matched: list[tuple[str, list[dict[str, Any]]]]


def try_rule(
    *, user: User, definition: Any, queue: Queue | None = None, last: int = 100
) -> Trial:
    """Ask a rule about the last tickets that `user` may see, and write nothing.

    Events are taken as having happened; a timer's period has to have passed. Each
    action is told against the ticket as it is now. Raises NotAllowed, Invalid.
    """
    if not 1 <= last <= MOST:
        raise Invalid(last=f"Send a number from 1 to {MOST}.")
    checked = check_definition(user, definition)
    tickets = newest_tickets(user, last)
    facts = facts_of(Asked(pk) for pk in tickets)
    scope = queue.slug if queue else None
    return Trial(
        len(tickets),
        [
            (next(iter(facts[pk].words["id"])), _effects(checked, facts[pk]))
            for pk in tickets
            if _matches(checked, scope, facts[pk])
        ],
    )


def _matches(definition: Definition, scope: str | None, facts: Facts) -> bool:
    in_scope = scope is None or scope in facts.words["queue"]
    return (
        in_scope and _is_time(definition, facts) and definition.conditions.hold(facts)
    )


def _is_time(definition: Definition, facts: Facts) -> bool:
    trigger = definition.trigger
    if not trigger.state or trigger.minutes is None:
        return True
    if trigger.state == "waiting":
        seconds = facts.numbers["waiting_seconds"]
    elif trigger.state in facts.words["status"]:
        seconds = facts.numbers["status_seconds"]
    else:
        return False
    return seconds is not None and seconds >= trigger.minutes * 60


def _effects(definition: Definition, facts: Facts) -> list[dict[str, Any]]:
    told = (effect(step, facts) for step in definition.steps)
    return [one for one in told if one]
