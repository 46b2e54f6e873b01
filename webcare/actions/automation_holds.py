"""What a rule does about a warning or a breach waits until the ticket's queue opens.

Nobody is there to escalate to before. Danger does not wait, and notifications wait by
themselves. What opens is asked anew: a rule that does not hold any more does nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from conversations.models.bulk import fetch
from webcare.domain.automation.escalations import ESCALATING, WAITING
from webcare.queries.automation import Runnable, Waking, waking
from webcare.queries.opening import openings_of

STAGE = "held"


def waits(rule: Runnable, events: Sequence[Waking]) -> dict[int, datetime]:
    """Return the tickets on which the rule waits, and until when."""
    if all(step.do not in WAITING for step in rule.definition.steps):
        return {}
    late = [event.ticket for event in events if event.kind in ESCALATING]
    return openings_of(late) if late else {}


def hold(
    rule: Runnable, events: Sequence[Waking], until: Mapping[int, datetime]
) -> None:
    """Let what the rule does about these events be done when their queues open."""
    held = [event for event in events if event.ticket in until]
    fetch(
        """WITH held AS (
               INSERT INTO webcare_rulehold (rule_id, event_id, ticket_id)
               SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[])
                   ON CONFLICT DO NOTHING RETURNING id, ticket_id)
           INSERT INTO conversations_work (stage, subject_id, due_at)
           SELECT %s, held.id, given.at FROM held
             JOIN unnest(%s::bigint[], %s::timestamptz[]) AS given(ticket, at)
               ON given.ticket = held.ticket_id
            ORDER BY held.id""",
        [
            rule.id,
            [event.event for event in held],
            [event.ticket for event in held],
            STAGE,
            list(until),
            list(until.values()),
        ],
    )


def taken_up(hold_ids: Sequence[int]) -> dict[int, list[Waking]]:
    """Return what need not wait any more: the events by rule, no longer held.

    Where a queue is closed after all, because its hours or the ticket's queue changed
    since, it waits on.
    """
    rows = fetch(
        """SELECT id, rule_id, event_id, ticket_id FROM webcare_rulehold
            WHERE id = ANY(%s) ORDER BY id""",
        [list(hold_ids)],
    )
    opens = openings_of([ticket for *_, ticket in rows])
    _wait_on({pk: opens[ticket] for pk, *_, ticket in rows if ticket in opens})
    free = [row for row in rows if row[3] not in opens]
    fetch("DELETE FROM webcare_rulehold WHERE id = ANY(%s)", [[pk for pk, *_ in free]])
    events = {one.event: one for one in waking([event for _, _, event, _ in free])}
    found: defaultdict[int, list[Waking]] = defaultdict(list)
    for _, rule, event, _ in free:
        # What it did when it was woken has its trace; this is of the hours.
        found[rule].append(events[event]._replace(event=None))
    return found


def _wait_on(until: Mapping[int, datetime]) -> None:
    if until:
        fetch(
            """INSERT INTO conversations_work (stage, subject_id, due_at)
               SELECT %s, * FROM unnest(%s::bigint[], %s::timestamptz[])
                      ORDER BY 2""",
            [STAGE, list(until), list(until.values())],
        )
