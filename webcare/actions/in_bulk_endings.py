"""Resolving, reopening, snoozing and closing many tickets, in a handful of statements.

The same rules as for a single ticket, and the same rows, turns, clocks and lines; only
the cause that the log names is the bulk change.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.actions import assignment, clocks, outcomes, turns
from webcare.actions.bulk_rows import (
    UNCHANGED,
    By,
    Change,
    Result,
    Results,
    Row,
    change_of,
    changed_in,
    judged,
    only,
    update,
    write_down,
)
from webcare.actions.endings import NO_NEWS
from webcare.actions.tickets import usual_outcome
from webcare.domain.lifecycle import (
    LIVE,
    LONGEST_SNOOZE,
    UNDO_SECONDS,
    USUAL_REOPEN_HOURS,
    Act,
    Status,
    reopens_until,
    require_act,
)
from webcare.domain.outcomes import Resolution
from webcare.exceptions import InvalidMove
from webcare.models import TicketEvent

Kind = TicketEvent.Kind
INVALID_MOVE = "invalid_move"
OUTCOME_NEEDED = "outcome_needed"
FIELDS_NEEDED = "fields_needed"
STILL_REOPENS = "can_still_be_reopened"
TOO_LATE = "too_late"
CHANGED_SINCE = "changed_since"
TWIN = "ticket_changed"  # the word of a single reopen that meets a newer ticket
# What is no answer to a question of the author's needs no answers to our own.
_NO_FIELDS = frozenset({Resolution.DUPLICATE, Resolution.SPAM})


class _Before(NamedTuple):
    """What resolving asks of a ticket, and what undoing has to bring back."""

    ticket: int
    waiting_since: datetime | None
    due_at: datetime | None
    asks_outcome: bool
    lacks_fields: bool
    is_answered: bool
    is_coming: bool


def resolve(rows: Sequence[Row], by: By, *, outcome: Resolution | None) -> Results:
    """Close the questions, with what became of each, and stop every clock."""
    known = _before(rows)
    skips_fields = outcome in _NO_FIELDS

    def judge(row: Row) -> Result:
        it = known[row.id]
        if not row.is_live:
            return INVALID_MOVE
        if outcome is None and it.asks_outcome:
            return OUTCOME_NEEDED
        if it.lacks_fields and not skips_fields:
            return FIELDS_NEEDED
        after = {"status": Status.RESOLVED.value, "resolved_at": row.now.isoformat()}
        return Change({"status": row.status, "agent": row.agent}, after)

    results = judged(rows, judge)
    done = [row for row in rows if row.id in changed_in(results)]
    if not done:
        return results
    chosen = {
        row.id: outcome
        or usual_outcome(known[row.id].is_answered or known[row.id].is_coming)
        for row in done
    }
    at = done[0].now
    silent = [row.id for row in done if not known[row.id].is_coming]
    _settle(results, at, chosen, silent)
    clocks.stop_resolution(list(chosen), at)
    ended = outcomes.resolved(dict.fromkeys(chosen, by.actor))
    left = turns.leave(silent, at) if silent else {}
    write_down(
        Kind.RESOLVED,
        rows,
        {pk: only(result, "status") for pk, result in results.items()},
        by,
        lambda row: {
            "outcome": chosen[row.id].value,
            "was": _was(row, known[row.id], left.get(row.id, [])),
            **ended[row.id].told(left.get(row.id, [])),
        },
    )
    assignment.offer_to(*(row.agent for row in done))
    return results


def reopen(rows: Sequence[Row], by: By) -> Results:
    """Make resolved tickets work again, where their author has no newer one that is.

    Of several of one author in one thread that is the oldest. Their threads are held.
    """
    twins = _twins(rows)
    taken = set[tuple[int, int]]()

    def judge(row: Row) -> Result:
        try:
            require_act(Act.REOPEN, row.status)
        except InvalidMove:
            return INVALID_MOVE
        *pair, has_twin = twins[row.id]
        if has_twin or tuple(pair) in taken:
            return TWIN
        taken.add((pair[0], pair[1]))
        after = {"status": Status.OPEN.value, "agent": row.agent, "resolved_at": None}
        return Change({"status": row.status, "agent": row.agent}, after)

    results = judged(rows, judge)
    if not (again := changed_in(results)):
        return results
    update(f"status = 'open', {_ENDLESS}", results)
    outcomes.reopened(dict.fromkeys(again, rows[0].now))
    logged = {pk: only(result, "status") for pk, result in results.items()}
    told = turns.wait_again(list(again))
    write_down(Kind.REOPENED, rows, logged, by, lambda row: told[row.id])
    clocks.follow(list(again))
    return results


def _twins(rows: Sequence[Row]) -> dict[int, tuple[int, int, bool]]:
    """Ticket -> its thread and author, and whether they have another that is live."""
    found = fetch(
        """SELECT k.id, k.thread_id, k.author_id, EXISTS (
                  SELECT FROM webcare_ticket twin
                   WHERE twin.thread_id = k.thread_id
                     AND twin.author_id = k.author_id AND twin.id <> k.id
                     AND twin.status = ANY(%s))
             FROM webcare_ticket k WHERE k.id = ANY(%s)""",
        [sorted(LIVE), [row.id for row in rows]],
    )
    return {pk: (thread, author, has) for pk, thread, author, has in found}


def unresolve(
    rows: Sequence[Row], by: By, *, asked_at: dict[int, datetime | None]
) -> Results:
    """Take a bulk resolve back where nothing has happened since, as if it had not been.

    `by` names the change that is undone, `asked_at` when that was asked for each
    ticket. Their threads are held as well.
    """
    found = _own_resolves(rows)
    mine = by.facts["bulk"]

    def judge(row: Row) -> Result:
        data, at, has_twin = found[row.id]
        if row.status != Status.RESOLVED or data.get("bulk") != mine or has_twin:
            return CHANGED_SINCE
        if (asked_at[row.id] or row.now) > at + timedelta(seconds=UNDO_SECONDS):
            return TOO_LATE
        return change_of(row, status=data["was"]["status"])

    results = judged(rows, judge)
    back = {pk: found[pk][0]["was"] for pk in changed_in(results)}
    if not back:
        return results
    turns.take_up([turn for was in back.values() for turn in was["turns"]])
    outcomes.undone(back)
    _revive(results, back)
    write_down(Kind.UNDONE, rows, results, by, what="resolve")
    clocks.follow(list(back))
    return results


def snooze(rows: Sequence[Row], by: By, *, until: datetime) -> Results:
    """Put tickets away until a moment; they wake then, or when their author writes."""
    moment = until.isoformat()

    def judge(row: Row) -> Result:
        if not row.is_live:
            return INVALID_MOVE
        if not row.now < until <= row.now + LONGEST_SNOOZE:
            return TOO_LATE
        if row.snoozed_until == moment:
            return UNCHANGED
        return change_of(row, status=Status.SNOOZED.value, snoozed_until=moment)

    results = judged(rows, judge)
    update("status = 'snoozed', snoozed_until = %(until)s", results, until=until)
    write_down(
        Kind.STATUS_CHANGED,
        rows,
        {pk: only(result, "status") for pk, result in results.items()},
        by,
        lambda row: {"was": row.status, "until": moment},
    )
    clocks.follow(list(changed_in(results)))
    assignment.offer_to(*(row.agent for row in rows if row.id in changed_in(results)))
    return results


def close(rows: Sequence[Row], by: By) -> Results:
    """Close resolved tickets for good, whose authors can reopen them no more."""
    over = _reopen_until(row.id for row in rows)

    def judge(row: Row) -> Result:
        if row.status != Status.RESOLVED:
            return INVALID_MOVE
        if row.now <= over[row.id]:
            return STILL_REOPENS
        return change_of(row, status=Status.CLOSED.value)

    results = judged(rows, judge)
    update("status = 'closed'", results)
    write_down(Kind.CLOSED, rows, results, by)
    return results


def _before(rows: Sequence[Row]) -> dict[int, _Before]:
    found = fetch(
        """SELECT k.id, k.waiting_since, k.due_at,
                  coalesce(q.outcome_required, false),
                  EXISTS (SELECT FROM webcare_customfield f
                           WHERE f.required_to_resolve AND f.retired_at IS NULL
                             AND (f.queue_id IS NULL OR f.queue_id = k.queue_id)
                             AND NOT EXISTS (
                                 SELECT FROM webcare_fieldvalue v
                                  WHERE v.ticket_id = k.id AND v.field_id = f.id)),
                  EXISTS (SELECT FROM webcare_ticket f JOIN webcare_turn t
                              ON t.ticket_id = f.id AND t.outcome = 'answered'
                           WHERE f.id = k.id OR f.merged_into_id = k.id),
                  EXISTS (SELECT FROM webcare_ticket f
                            JOIN webcare_reply r
                              ON r.ticket_id = f.id AND r.rule_id IS NULL
                            JOIN conversations_delivery d ON d.id = r.delivery_id
                           WHERE (f.id = k.id OR f.merged_into_id = k.id)
                             AND NOT r.holding AND d.state IN
                                 ('waiting', 'held', 'sending', 'uncertain'))
             FROM webcare_ticket k LEFT JOIN webcare_queue q ON q.id = k.queue_id
            WHERE k.id = ANY(%s)""",
        [[row.id for row in rows]],
    )
    return {row[0]: _Before(*row) for row in found}


def _settle(
    results: Results,
    at: datetime,
    outcomes: dict[int, Resolution],
    silent: Sequence[int],
) -> None:
    """Where no answer of ours is on its way out, nobody waits any more."""
    update(
        """status = 'resolved', resolved_at = %(at)s, snoozed_until = NULL,
           resolution = given.outcome,
           resolution_seconds =
               greatest(0, floor(extract(epoch FROM %(at)s - opened_at))),
           waiting_since = CASE WHEN id = ANY(%(silent)s) THEN NULL
                                ELSE waiting_since END,
           due_at = CASE WHEN id = ANY(%(silent)s) THEN NULL ELSE due_at END""",
        results,
        source="""unnest(%(of)s::bigint[], %(outcomes)s::text[])
                  AS given(ticket, outcome)""",
        at=at,
        of=list(outcomes),
        outcomes=[outcome.value for outcome in outcomes.values()],
        silent=list(silent),
    )


def _was(row: Row, before: _Before, left: list[turns.Ended]) -> dict[str, Any]:
    return {
        "status": row.status,
        "turns": [turn.id for turn in left],
        "snoozed_until": row.snoozed_until,
        "waiting_since": before.waiting_since and before.waiting_since.isoformat(),
        "due_at": before.due_at and before.due_at.isoformat(),
    }


def _own_resolves(
    rows: Sequence[Row],
) -> dict[int, tuple[dict[str, Any], datetime, bool]]:
    """What the newest line says when it is that of resolving, and whether the author
    has another ticket that is live in the thread."""
    found = fetch(
        """SELECT k.id, CASE WHEN e.kind = 'resolved' THEN e.data::text END,
                  coalesce(k.resolved_at, statement_timestamp()),
                  EXISTS (SELECT FROM webcare_ticket twin
                           WHERE twin.thread_id = k.thread_id
                             AND twin.author_id = k.author_id AND twin.id <> k.id
                             AND twin.status = ANY(%(live)s))
             FROM webcare_ticket k
             LEFT JOIN LATERAL (
                  SELECT kind, data FROM webcare_ticketevent
                   WHERE ticket_id = k.id AND NOT kind = ANY(%(no_news)s)
                   ORDER BY id DESC LIMIT 1) AS e ON true
            WHERE k.id = ANY(%(tickets)s)""",
        {
            "tickets": [row.id for row in rows],
            "live": sorted(LIVE),
            "no_news": [kind.value for kind in NO_NEWS],
        },
    )
    return {
        pk: (json.loads(data) if data else {}, at, has_twin)
        for pk, data, at, has_twin in found
    }


_ENDLESS = """resolved_at = NULL, resolution = '', resolution_reason = '',
           resolution_note = '', resolution_seconds = NULL"""


def _revive(results: Results, back: dict[int, dict[str, Any]]) -> None:
    names = ("status", "snoozed_until", "waiting_since", "due_at")
    update(
        """status = given.status, snoozed_until = given.snoozed_until,
           waiting_since = given.waiting_since, due_at = given.due_at, """
        + _ENDLESS,
        results,
        source="""unnest(%(of)s::bigint[], %(status)s::text[],
                         %(snoozed_until)s::timestamptz[],
                         %(waiting_since)s::timestamptz[], %(due_at)s::timestamptz[])
                  AS given(ticket, status, snoozed_until, waiting_since, due_at)""",
        of=list(back),
        **{name: [was[name] for was in back.values()] for name in names},
    )


def _reopen_until(tickets: Iterable[int]) -> dict[int, datetime]:
    rows = fetch(
        """SELECT k.id, k.resolved_at, q.reopen_window_hours
             FROM webcare_ticket k LEFT JOIN webcare_queue q ON q.id = k.queue_id
            WHERE k.id = ANY(%s) AND k.resolved_at IS NOT NULL""",
        [list(tickets)],
    )
    return {
        pk: reopens_until(at, USUAL_REOPEN_HOURS if hours is None else hours)
        for pk, at, hours in rows
    }
