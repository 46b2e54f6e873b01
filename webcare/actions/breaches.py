"""Warnings and breaches are told when their moment comes, once and without a sweep.

A clock keeps the next instant at which something is to be told, in an index of its
own. Who looks late, tells late, but tells the instant itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from conversations.models.bulk import fetch, ids
from webcare.actions import clocks
from webcare.actions.clocks import Alarm
from webcare.actions.log import Line, record_many
from webcare.domain.lifecycle import Cause
from webcare.models import TicketEvent
from webcare.queries.clocks import CLOCKS, ClockRow, told

Kind = TicketEvent.Kind
BATCH = 500


def tell_due() -> int:
    """Tell of every warning and breach whose moment has come; returns how many.

    Each batch is a transaction of its own; what is told is told once.
    """
    count = 0
    while found := _tell_some():
        count += found
    return count


@transaction.atomic
def _tell_some() -> int:
    found = _lock_due()
    if not found:
        return 0
    rows = [ClockRow(*row) for row in fetch(_ROWS, [ids(found)])]
    now: datetime = found[0][1]
    stories = told(rows)
    lines: list[Line] = []
    changed: list[ClockRow] = []
    for row in rows:
        new, untold = clocks.as_told(row, stories[row.id])
        passed = [alarm for alarm in untold if alarm.at <= now]
        lines += [_line(new, alarm) for alarm in passed]
        changed.append(_having_told(new, passed, untold[len(passed) :]))
    record_many(lines, cause=Cause.TIMER)
    clocks.write(changed)
    return len(rows)


def _lock_due() -> list[tuple[int, datetime]]:
    """The clocks of tickets that nobody holds now; others are looked at again soon."""
    return fetch(
        """WITH due AS (
             SELECT ticket_id FROM webcare_clock
              WHERE next_at <= statement_timestamp() ORDER BY next_at LIMIT %s
           ), held AS (
             SELECT id FROM webcare_ticket WHERE id IN (SELECT ticket_id FROM due)
              ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
           SELECT c.id, statement_timestamp() FROM webcare_clock c
             JOIN held ON held.id = c.ticket_id
            WHERE c.next_at <= statement_timestamp()
              FOR NO KEY UPDATE OF c SKIP LOCKED""",
        [BATCH],
    )


_ROWS = f"{CLOCKS} WHERE c.id = ANY(%s) ORDER BY c.next_at, c.id"


def _having_told(
    row: ClockRow, passed: Sequence[Alarm], ahead: Sequence[Alarm]
) -> ClockRow:
    last = {alarm.kind: alarm.at for alarm in passed}
    return row._replace(
        warned_at=last.get(Kind.WARNED, row.warned_at),
        breached_at=last.get(Kind.BREACHED, row.breached_at),
        next_at=ahead[0].at if ahead else None,
    )


def _line(row: ClockRow, alarm: Alarm) -> Line:
    facts: dict[str, Any] = {"promise": row.promise}
    if row.due_at:
        facts["due"] = row.due_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Line(row.stands, alarm.kind, alarm.at, facts)
