"""Clocks follow the log of their tickets, and stop with the answer or the end.

What a clock says is a function of the log (`webcare.domain.promises`). Three things are
done without reading it: a clock starts in the batch that places its ticket
(`promises.py`), is held up by the statement that writes an answer, and stops with the
one that ends its turn or ticket. For all else `follow` reads the log.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction

from conversations.models.bulk import column, fetch, ids
from webcare.domain.clocks import stand
from webcare.domain.promises import Told
from webcare.models import TicketEvent
from webcare.queries.clocks import ClockRow, clocks_of, told

Kind = TicketEvent.Kind

# Whether the author's message `m` is of the turn `t`, which waits: one that became a
# question when it was edited began its turn then.
OF_TURN = "(m.posted_at >= t.started_at OR m.id = t.first_message_id)"
# The nearest promise that still runs on the ticket `k`: to resolve it, and what was
# merged into it; and of the turns in which messages that stand in it wait, wherever
# they began. Clocks stay where they were started. Turns in `but` have just ended; what
# is held up has no due time.
DUE = """(
    SELECT min(c.due_at)
      FROM (SELECT k.id AS ticket, NULL::bigint AS turn UNION ALL
            SELECT f.id, NULL FROM webcare_ticket f WHERE f.merged_into_id = k.id
             UNION ALL
            SELECT t.ticket_id, t.id
              FROM webcare_ticketmessage tm
              JOIN webcare_turn t ON t.ticket_id = tm.origin_ticket_id
               AND t.outcome = 'waiting' AND t.id NOT IN (SELECT id FROM {but})
              JOIN conversations_message m ON m.id = tm.message_id
             WHERE tm.ticket_id = k.id AND m.direction = 'in' AND {of_turn}) AS of
      JOIN webcare_clock c
        ON c.ticket_id = of.ticket AND c.turn_id IS NOT DISTINCT FROM of.turn
     WHERE c.stopped_at IS NULL)""".replace("{of_turn}", OF_TURN)
NONE = "(SELECT NULL::bigint AS id WHERE false) AS none"
# Whether the clock `c` is held up in the status `{status}`, by its own policy's word.
HELD_UP = """coalesce(
    (SELECT said ? {status}
       FROM (SELECT v.definition->'promises'->c.promise->'pauses_while' AS said
               FROM webcare_policyversion v WHERE v.id = c.policy_version_id) AS it
      WHERE jsonb_typeof(said) = 'array'),
    c.promise = 'resolution' AND {status} IN ('pending', 'on_hold'))"""
# What pausing it sets: what passed before stays, and is still told.
PAUSE = """paused_at = {at},
    due_at = CASE WHEN date_trunc('second', c.due_at) <= date_trunc('second', {at})
                  THEN c.due_at END,
    next_at = CASE WHEN c.next_at <= {at} THEN c.next_at END"""
# What stopping the clock `c` sets: what passed before is still told.
STOP = """stopped_at = {at}, paused_at = NULL,
    next_at = CASE WHEN c.next_at <= {at} THEN c.next_at END"""


def show_due(tickets: Sequence[int]) -> None:
    """Let tickets show the nearest moment due of all that runs on them."""
    if tickets:
        fetch(
            f"""UPDATE webcare_ticket k SET due_at = due.at
                  FROM (SELECT k.id, {DUE.format(but=NONE)} AS at
                          FROM webcare_ticket k WHERE k.id = ANY(%s)) AS due
                 WHERE k.id = due.id AND k.due_at IS DISTINCT FROM due.at""",
            [sorted(set(tickets))],
        )


def follow(tickets: Sequence[int]) -> None:
    """Let the clocks of these tickets say what their log says by now.

    With those of what was merged into them. For whatever changes a status or a
    priority, or takes an ending back, once its line is written. What was told stays
    told as far as it still holds, and what passed without being told is told next.
    """
    if not tickets:
        return
    rows = [row for row in clocks_of(tickets) if _may_change(row)]
    stories = told(rows)
    now = [as_told(row, stories[row.id])[0] for row in rows]
    changed = [new for new, old in zip(now, rows, strict=True) if new != old]
    write(changed)
    show_due([*tickets, *_elsewhere({row.ticket for row in changed if row.turn})])


def _elsewhere(tickets: Collection[int]) -> list[int]:
    """The other tickets in which messages stand that came in by these."""
    if not tickets:
        return []
    return ids(
        fetch(
            """SELECT DISTINCT ticket_id FROM webcare_ticketmessage
                WHERE origin_ticket_id = ANY(%s) AND ticket_id <> origin_ticket_id""",
            [list(tickets)],
        )
    )


def stop_resolution(tickets: Sequence[int], at: datetime) -> None:
    """Stop the promises to resolve these tickets, and what was merged into them."""
    fetch(
        f"""UPDATE webcare_clock c SET {STOP.format(at="%(at)s")}
             FROM webcare_ticket k
            WHERE (k.id = ANY(%(tickets)s) OR k.merged_into_id = ANY(%(tickets)s))
              AND c.ticket_id = k.id AND c.promise = 'resolution'
              AND c.stopped_at IS NULL""",
        {"tickets": list(tickets), "at": at},
    )


def repair(tickets: Sequence[int]) -> None:
    """Let clocks say again what the log says of them."""
    with transaction.atomic():
        fetch(
            """SELECT id FROM webcare_ticket WHERE id = ANY(%s)
                ORDER BY id FOR NO KEY UPDATE""",
            [list(tickets)],
        )
        follow(tickets)


def unlike_their_log(
    tickets: Sequence[int], *, by_turns: bool = True
) -> list[tuple[ClockRow, ClockRow]]:
    """Return the clocks that do not say what the log says, and what that would be.

    Without `by_turns`, turns too are read from the log: of tickets that were never
    merged or split, it knows them as well.
    """
    rows = clocks_of(tickets)
    stories = told(rows, by_turns=by_turns)
    pairs = [(row, as_told(row, stories[row.id])[0]) for row in rows]
    pinned = [
        (old, new._replace(policy=pin.policy, calendar=pin.calendar))
        for (old, new), pin in zip(
            pairs, [stories[row.id].pin for row in rows], strict=True
        )
    ]
    return [(old, new) for old, new in pinned if old != new]


class Alarm(NamedTuple):
    """A warning or a breach, and the instant at which it is one."""

    at: datetime
    kind: TicketEvent.Kind


def as_told(row: ClockRow, story: Told) -> tuple[ClockRow, list[Alarm]]:
    """The clock as the log tells it, and what of it is still to be told, in order.

    What was told stays so where it came no later than we told of it; after a breach
    nothing warns.
    """
    standing = stand(story.course)
    breached = standing.breached_at
    if breached and row.breached_at and breached <= row.breached_at:
        untold: list[Alarm] = []
        warned = max(standing.warnings, default=None)
    else:
        so_far = row.warned_at or _LONG_AGO
        warned = max((at for at in standing.warnings if at <= so_far), default=None)
        untold = [Alarm(at, Kind.WARNED) for at in standing.warnings if at > so_far]
        untold += [Alarm(breached, Kind.BREACHED)] if breached else []
        breached = None
    new = row._replace(
        started_at=story.course.started_at,
        stopped_at=story.course.stopped_at,
        target_seconds=standing.seconds,
        due_at=standing.due_at,
        paused_at=standing.paused_at,
        warned_at=warned,
        breached_at=breached,
        next_at=min((one.at for one in untold), default=None),
    )
    return new, sorted(untold)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _may_change(row: ClockRow) -> bool:
    """A turn's clock is done with its turn, unless the answer came before a breach."""
    if row.turn == 0 or row.stopped_at is None or row.ended_at is None:
        return True
    told_at = row.breached_at or row.warned_at
    return told_at is not None and told_at > row.stopped_at


_KEPT = (
    *("started_at", "stopped_at", "target_seconds", "due_at", "paused_at"),
    *("warned_at", "breached_at", "next_at"),
)
_TYPES = {"target_seconds": "bigint"}


def write(rows: Sequence[ClockRow]) -> None:
    if not rows:
        return
    sets = ", ".join(f"{name} = given.{name}" for name in _KEPT)
    casts = ", ".join(
        f"c{number}::{_TYPES.get(name, 'timestamptz')} AS {name}"
        for number, name in enumerate(_KEPT)
    )
    lists = ", ".join(["json_array_elements_text(%s::json)"] * (len(_KEPT) + 1))
    names = ", ".join(["id", *(f"c{number}" for number in range(len(_KEPT)))])
    fetch(
        f"""UPDATE webcare_clock c SET {sets}
              FROM (SELECT id::bigint AS clock, {casts}
                      FROM ROWS FROM ({lists}) AS given({names})) AS given
             WHERE c.id = given.clock""",
        [
            column(row.id for row in rows),
            *(column(getattr(row, name) for row in rows) for name in _KEPT),
        ],
    )
