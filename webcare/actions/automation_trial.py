"""A rule tried on the last tickets: what it would do, with nothing done."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from webcare.actions.automatic_answers import GONE, Draft, drafts_of
from webcare.actions.automation import check_definition
from webcare.domain.automation.conditions import Facts
from webcare.domain.automation.definitions import Definition
from webcare.domain.automation.effects import effect
from webcare.domain.automation.escalations import ESCALATING, WAITING
from webcare.exceptions import Invalid
from webcare.models import Queue, User
from webcare.queries.automation import newest_tickets
from webcare.queries.automation_facts import Asked, facts_of
from webcare.queries.opening import openings_of

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
    action is told against the ticket as it is now: an answer with its text, whom it
    goes to, and the word why it would be refused. Raises NotAllowed, Invalid.
    """
    if not 1 <= last <= MOST:
        raise Invalid(last=_("Send a number from 1 to %(most)s.") % {"most": MOST})
    checked = check_definition(user, definition)
    tickets = newest_tickets(user, last)
    facts = facts_of(Asked(pk) for pk in tickets)
    scope = queue.slug if queue else None
    hit = [pk for pk in tickets if _matches(checked, scope, facts[pk])]
    texts = _texts(checked, hit)
    until = _until(checked, hit)
    return Trial(
        len(tickets),
        [
            (
                next(iter(facts[pk].words["id"])),
                [
                    {**one, "waits_until": until[pk]}
                    if pk in until and one["do"] in WAITING
                    else one
                    for one in _effects(checked, pk, facts[pk], texts)
                ],
            )
            for pk in hit
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


Texts = Mapping[str, Mapping[int, Draft]]  # macro -> ticket -> what would be said


def _texts(definition: Definition, tickets: Sequence[int]) -> Texts:
    """Fill in what would be answered: a handful of statements for each answer."""
    macros = [s.values["macro"] for s in definition.steps if s.do == "answer"]
    return {macro: drafts_of(tickets, macro) or {} for macro in macros}


def _until(definition: Definition, tickets: Sequence[int]) -> dict[int, str]:
    """When the queues open of tickets on which actions would wait for that."""
    if ESCALATING.isdisjoint(definition.trigger.events):
        return {}
    return {
        pk: at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        for pk, at in openings_of(tickets).items()
    }


def _effects(
    definition: Definition, ticket: int, facts: Facts, texts: Texts
) -> list[dict[str, Any]]:
    told = (effect(step, facts) for step in definition.steps)
    return [
        {**one, **_said(texts[one["macro"]].get(ticket))}
        if one["do"] == "answer"
        else one
        for one in told
        if one
    ]


def _said(draft: Draft | None) -> dict[str, Any]:
    """The text, to whom it would go, and why it would not as things are now."""
    if draft is None:
        return {"text": "", "to": "", "refused": GONE}
    return {"text": draft.text, "to": draft.to.handle, "refused": draft.refused}
