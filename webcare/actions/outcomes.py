"""What became of tickets, written down each time one is resolved, and ever after.

Resolution figures are made of these rows. One that is reopened keeps its row, with
when; one that is taken back is in no figure any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.actions.turns import Ended
from webcare.queries.business_time import CALENDAR_OF, Lasted, business_seconds


class Resolved(NamedTuple):
    """A ticket that was just resolved, and by whom; nobody, where a rule did."""

    ticket: int
    by: int | None
    opened_at: datetime
    at: datetime
    language: str
    calendar: int | None

    def told(self, turns: Sequence[Ended] = ()) -> dict[str, Any]:
        """What the log says of it, and of the turns that were left with it, beside
        what it says of the ticket anyhow."""
        facts = {
            "opened_at": self.opened_at.isoformat(),
            "language": self.language,
            "calendar": self.calendar,
            "turns": [one.told for one in turns],
        }
        return {"facts": facts}


# The row of an ending of the ticket `k`; `given` names the moment and who it was by. A
# ticket that is resolved again while an ending of it stands was reopened by something
# that did not say so: only the newest counts then.
_INTO = """
    INSERT INTO webcare_ending AS e
           (ticket_id, number, opened_at, at, outcome, reason, calendar_seconds,
            business_seconds, calendar_version_id, by_id, agent_id, queue_id, topic_id,
            channel_id, priority, language)"""
_NUMBER = """1 + coalesce((SELECT max(number) FROM webcare_ending
                       WHERE ticket_id = k.id AND undone_at IS NULL), 0)"""
_INSTEAD = """
        ON CONFLICT (ticket_id) WHERE reopened_at IS NULL AND undone_at IS NULL
           DO UPDATE SET (opened_at, at, known_at, outcome, reason, calendar_seconds,
               business_seconds, calendar_version_id, by_id, agent_id, queue_id,
               topic_id, channel_id, priority, language) =
           ROW(EXCLUDED.opened_at, EXCLUDED.at, EXCLUDED.known_at, EXCLUDED.outcome,
               EXCLUDED.reason, EXCLUDED.calendar_seconds, EXCLUDED.business_seconds,
               EXCLUDED.calendar_version_id, EXCLUDED.by_id, EXCLUDED.agent_id,
               EXCLUDED.queue_id, EXCLUDED.topic_id, EXCLUDED.channel_id,
               EXCLUDED.priority, EXCLUDED.language)"""

# For the statement that answers and resolves at once: `ticket` is the row it changes,
# and what it was is still to be read.
BY_AN_ANSWER = f"""ending AS ({_INTO}
    SELECT k.id, {_NUMBER}, k.opened_at, %(at)s, 'answered', '',
           greatest(0, floor(extract(epoch FROM %(at)s - k.opened_at))),
           %(business)s::bigint, %(calendar)s::bigint, %(writer)s,
           coalesce(k.agent_id, %(writer)s), k.queue_id, k.topic_id, k.channel_id,
           k.priority, k.language
      FROM webcare_ticket k WHERE k.id IN (SELECT id FROM ticket){_INSTEAD})"""


def resolved(tickets: Mapping[int, int | None]) -> dict[int, Resolved]:
    """Write down that these tickets are resolved: ticket -> by whom.

    Everything else is as their rows say. Two statements. Returns what each was
    measured by.
    """
    found = [
        Resolved(pk, tickets[pk], *rest)
        for pk, *rest in fetch(
            f"""SELECT k.id, k.opened_at, k.resolved_at, k.language,
                      {CALENDAR_OF.format(queue="k.queue_id")}
                 FROM webcare_ticket k
                WHERE k.id = ANY(%s) AND k.status = 'resolved'""",
            [list(tickets)],
        )
    ]
    lengths = business_seconds([_lasted(one) for one in found])
    fetch(
        f"""{_INTO}
           SELECT k.id, {_NUMBER}, k.opened_at, k.resolved_at, k.resolution,
                  k.resolution_reason, k.resolution_seconds, given.business,
                  given.calendar, given.by, k.agent_id, k.queue_id, k.topic_id,
                  k.channel_id, k.priority, k.language
             FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                  AS given(ticket, by, business, calendar)
             JOIN webcare_ticket k ON k.id = given.ticket{_INSTEAD}""",
        [
            [one.ticket for one in found],
            [one.by for one in found],
            [one.seconds for one in lengths],
            [one.calendar for one in found],
        ],
    )
    return {one.ticket: one for one in found}


def reopened(tickets: Mapping[int, datetime]) -> None:
    """Write down that resolved tickets are work again: ticket -> since when.

    What was said before it was resolved, and came late, reopens it all the same.
    """
    if tickets:
        fetch(
            """UPDATE webcare_ending e
                  SET reopened_at = greatest(e.at, given.at),
                      reopened_known_at = statement_timestamp()
                 FROM unnest(%s::bigint[], %s::timestamptz[]) AS given(ticket, at)
                WHERE e.ticket_id = given.ticket
                  AND e.reopened_at IS NULL AND e.undone_at IS NULL""",
            [list(tickets), list(tickets.values())],
        )


def undone(tickets: Iterable[int]) -> None:
    """Take back that tickets were resolved: by hand, or since no answer arrived."""
    if those := list(tickets):
        fetch(
            """UPDATE webcare_ending SET undone_at = statement_timestamp()
                WHERE ticket_id = ANY(%s)
                  AND reopened_at IS NULL AND undone_at IS NULL""",
            [those],
        )


def _lasted(one: Resolved) -> Lasted:
    return Lasted(one.calendar, one.opened_at, one.at)


def measured(one: Resolved) -> dict[str, int | None]:
    """What BY_AN_ANSWER is given of how long it took."""
    [length] = business_seconds([_lasted(one)])
    return {"business": length.seconds, "calendar": one.calendar}
