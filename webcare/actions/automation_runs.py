"""Rules at work: woken by lines of history or by time, asked and done in batches.

The number of statements depends on how many rules match and what they do, not on how
many tickets they match.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import OperationalError, transaction

from conversations.actions import batches
from conversations.models.bulk import fetch, ids, insert
from webcare.actions import automation_holds, automation_timers, bulk_rows
from webcare.actions.automation_steps import take
from webcare.actions.automation_timers import claim_due as claim_due
from webcare.actions.automation_timers import fired, still_due
from webcare.actions.bulk_rows import By, Row
from webcare.domain.automation.conditions import Facts
from webcare.domain.automation.escalations import WAITING
from webcare.domain.automation.words import MOST_DEPTH, TraceResult
from webcare.domain.permissions import Permission
from webcare.models import RuleTrace
from webcare.queries.automation import (
    Runnable,
    Waking,
    listening_rules,
    timed_rules,
    waking,
)
from webcare.queries.automation_facts import Asked, facts_of
from webcare.queries.people import Rights, rights_of_many

log = structlog.get_logger(__name__)

MOST_TRACES = 100  # kept per ticket
# A loop that goes round by other ways than rules, like handing out, ends as well.
MOST_AN_HOUR = 20

Trace = dict[str, Any]


def run(event_ids: list[int]) -> None:
    """Ask every rule that listens about these events, and do what it says.

    Rules are asked in their order; a later one sees what an earlier one did. What
    rules did wakes rules again, up to a depth; then they stop, and the trace says so.
    """
    run_ = _Run(listening_rules())
    for round_ in _rounds(waking(event_ids)):
        run_.over(round_)


STAGE = batches.Stage("rules", run)


def run_timed(firing_ids: list[int]) -> None:
    """Ask timed rules about tickets whose time has come; each fires once per period."""
    rules = {rule.id: rule for rule in timed_rules()}
    due: dict[int, dict[int, int]] = {}
    for firing, number, ticket in still_due(firing_ids):
        due.setdefault(number, {})[ticket] = firing
    for number, rule in rules.items():
        if firings := due.get(number):
            run_ = _Run([rule])
            run_.over({pk: Waking(None, pk, "", 0, None) for pk in firings})
            fired([firings[ticket] for ticket in run_.matched])


TIMED = batches.Stage(automation_timers.STAGE, run_timed)


def run_held(hold_ids: list[int]) -> None:
    """Do what waited until its queue opened, where its rule says so still."""
    found = automation_holds.taken_up(hold_ids)
    for rule in listening_rules() if found else ():
        run_ = _Run([rule], only=WAITING)
        for round_ in _rounds(found.get(rule.id, ())):
            run_.over(round_)


HELD = batches.Stage(automation_holds.STAGE, run_held)


def _rounds(events: Sequence[Waking]) -> Iterator[dict[int, Waking]]:
    """Each ticket's events one after the other, and those of all tickets together."""
    rounds: list[dict[int, Waking]] = []
    seen: dict[int, int] = {}
    for event in events:
        number = seen.get(event.ticket, 0)
        seen[event.ticket] = number + 1
        if number == len(rounds):
            rounds.append({})
        rounds[number][event.ticket] = event
    yield from rounds


@dataclass
class _Run:
    """One batch, and the rules that are asked about it."""

    rules: Sequence[Runnable]
    only: Collection[str] = ()  # actions, where not all of them are meant
    matched: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._owners = rights_of_many({rule.owner for rule in self.rules if rule.owner})

    def over(self, events: Mapping[int, Waking]) -> None:
        """Ask the rules about one event for each ticket."""
        rules = [rule for rule in self.rules if _hears(rule, events.values())]
        if not rules:
            return
        rows = {row.id: row for row in bulk_rows.lock(events)}
        facts = _facts(events.values())
        for rule in rules:
            hit = [
                events[row.id]
                for row in rows.values()
                if _fits(rule, row, facts[row.id], events[row.id])
            ]
            if not hit:
                continue
            self.matched |= {event.ticket for event in hit}
            changed = self._act(rule, hit)
            rows |= {row.id: row for row in bulk_rows.lock(changed)} if changed else {}
            facts |= _facts(events[pk] for pk in changed)

    def _act(self, rule: Runnable, events: Sequence[Waking]) -> list[int]:
        """Do what the rule says, where it may; returns the tickets it was done to."""
        often = _ran_often(rule, [event.ticket for event in events])
        traces: list[Trace] = []
        free: list[Waking] = []
        for event in events:
            if why := self._refusal(rule, event, often):
                traces.append(_trace(rule, event, reason=why))
            else:
                free.append(event)
        for depth in sorted({event.depth for event in free}):
            same = [event for event in free if event.depth == depth]
            traces += _do(rule, same, self.only)
        _keep(traces)
        return [event.ticket for event in free]

    def _refusal(self, rule: Runnable, event: Waking, often: set[int]) -> str:
        if event.depth >= MOST_DEPTH:
            return "too_deep"
        owner = (
            self._owners.get(rule.owner, Rights(frozenset())) if rule.owner else None
        )
        if owner is None or not owner.allow(Permission.MANAGE_RULES, rule.queue):
            return "owner_may_not"
        return "too_often" if event.ticket in often else ""


def _hears(rule: Runnable, events: Iterable[Waking]) -> bool:
    kinds = rule.definition.trigger.events
    return not kinds or any(event.kind in kinds for event in events)


def _fits(rule: Runnable, row: Row, facts: Facts, event: Waking) -> bool:
    kinds = rule.definition.trigger.events
    return (
        (not kinds or event.kind in kinds)
        and rule.queue in (None, row.queue)
        and rule.definition.conditions.hold(facts)
    )


def _facts(events: Iterable[Waking]) -> dict[int, Facts]:
    asked = [Asked(one.ticket, one.message, one.promise) for one in events]
    return facts_of(asked) if asked else {}


def _do(rule: Runnable, events: Sequence[Waking], only: Collection[str]) -> list[Trace]:
    """Do all of a rule, or nothing; a ticket on which it breaks is refused alone."""
    try:
        with transaction.atomic():
            return list(_done(rule, events, only))
    except OperationalError:
        raise
    except Exception as error:
        if len(events) == 1:
            ticket = events[0].ticket
            log.warning("rule failed", rule=rule.id, ticket=ticket, exc_info=error)
            return [_trace(rule, events[0], reason="failed")]
    middle = len(events) // 2
    return _do(rule, events[:middle], only) + _do(rule, events[middle:], only)


def _done(
    rule: Runnable, events: Sequence[Waking], only: Collection[str]
) -> Iterator[Trace]:
    tickets = [event.ticket for event in events]
    facts = {"rule": str(rule.public_id), "depth": events[0].depth + 1}
    by = By(rule.cause, facts=facts)
    steps: dict[int, list[dict[str, str]]] = {pk: [] for pk in tickets}
    until = {} if only else automation_holds.waits(rule, events)
    if until:
        automation_holds.hold(rule, events, until)
    for step in rule.definition.steps:
        if only and step.do not in only:
            continue
        held = until if step.do in WAITING else {}
        free = [pk for pk in tickets if pk not in held]
        results = take(step, rule, free, by) if free else {}
        for pk, result in {**dict.fromkeys(held, "held"), **results}.items():
            word = result if isinstance(result, str) else "done"
            steps[pk].append({"do": step.do, "result": word})
    for event in events:
        yield _trace(rule, event, steps=steps[event.ticket])


def _trace(
    rule: Runnable,
    event: Waking,
    *,
    reason: str = "",
    steps: Sequence[dict[str, str]] = (),
) -> Trace:
    result = TraceResult.REFUSED if reason else TraceResult.RAN
    return {
        "ticket": event.ticket,
        "version": rule.version,
        "event": event.event,
        "result": result.value,
        "reason": reason,
        "depth": event.depth,
        "steps": list(steps),
    }


def _keep(traces: Sequence[Trace]) -> None:
    """Write down what ran; of each ticket only the newest are kept."""
    insert(RuleTrace, traces, conflict="ON CONFLICT DO NOTHING")
    fetch(
        """DELETE FROM webcare_ruletrace WHERE id IN (
               SELECT old.id FROM unnest(%s::bigint[]) AS given(ticket)
                CROSS JOIN LATERAL (
                    SELECT id FROM webcare_ruletrace WHERE ticket_id = given.ticket
                     ORDER BY id DESC OFFSET %s) AS old)""",
        [[trace["ticket"] for trace in traces], MOST_TRACES],
    )


def _ran_often(rule: Runnable, tickets: Sequence[int]) -> set[int]:
    rows = fetch(
        """SELECT x.ticket_id FROM webcare_ruletrace x
             JOIN webcare_automationruleversion v
               ON v.id = x.version_id AND v.rule_id = %s
            WHERE x.ticket_id = ANY(%s) AND x.result = 'ran'
              AND x.at > now() - interval '1 hour'
            GROUP BY 1 HAVING count(*) >= %s""",
        [rule.id, list(tickets), MOST_AN_HOUR],
    )
    return set(ids(rows))
