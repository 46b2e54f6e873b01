"""What rules did to a ticket, and what they did not and why."""

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from webcare.queries.pages import Listing, Mark, Order, Page, read_page


class TraceRow(NamedTuple):
    """What one rule did to a ticket."""

    at: datetime
    pk: int
    rule: UUID
    name: str
    version: int
    event: int | None
    kind: str | None
    result: str
    reason: str
    depth: int
    steps: list[dict[str, Any]]


_TRACES = Listing(
    """r.public_id, r.name, v.number, x.event_id, e.kind, x.result, x.reason, x.depth,
       x.steps""",
    """webcare_ruletrace x
       JOIN webcare_automationruleversion v ON v.id = x.version_id
       JOIN webcare_automationrule r ON r.id = v.rule_id
       LEFT JOIN webcare_ticketevent e ON e.id = x.event_id""",
    "x.id",
    ["x.ticket_id = %(ticket)s"],
)
TRACES = Order("x.at", descending=True)


def trace_page(
    ticket: int, mark: Mark | None, limit: int
) -> tuple[list[TraceRow], Page]:
    """Return a page of what rules did to a ticket, the newest first."""
    listing = Listing(
        _TRACES.columns, _TRACES.source, _TRACES.id, _TRACES.where, {"ticket": ticket}
    )
    page = read_page(listing, TRACES, mark, limit)
    return [_trace(row) for row in page.rows], page


def _trace(row: tuple[Any, ...]) -> TraceRow:
    *plain, steps = row
    return TraceRow._make((*plain, json.loads(steps)))
