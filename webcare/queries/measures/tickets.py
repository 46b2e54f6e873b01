"""Where a ticket was at a moment, as known then: for what the ticket itself tells.

A ticket that has not changed since says so itself; of any other the log does.
"""

# The oldest version of when ticket `{of}` was opened that held still at `{at}`; asked
# for as a value: of an EXISTS a planner may read all of them into a hash.
_OPENING = """(SELECT {what} FROM webcare_ticketopening v
                WHERE v.ticket_id = {of}.id AND v.known_until > {at}
                ORDER BY v.known_until, v.id LIMIT 1)"""


def opened_at(of: str, at: str) -> str:
    """When a ticket was opened, as that was known at a moment, as SQL."""
    known = _OPENING.format(what="v.opened_at", of=of, at=at)
    return f"coalesce({known}, {of}.opened_at)"


_COLUMNS = """k.id, k.channel_id, k.queue_id, k.topic_id, k.agent_id, k.status,
           k.priority, k.merged_into_id, k.changed_at"""
# Each ticket, opened when that was known then: nearly none was opened at another moment
# than it says by now.
TICKETS = f"""(
    SELECT {_COLUMNS}, k.opened_at FROM webcare_ticket k
     WHERE k.changed_at <= %(as_of)s
        OR {_OPENING.format(what="true", of="k", at="%(as_of)s")} IS NULL
     UNION ALL
    SELECT {_COLUMNS}, v.opened_at
      FROM webcare_ticketopening v JOIN webcare_ticket k ON k.id = v.ticket_id
     WHERE v.known_until > %(as_of)s
       AND (v.known_from IS NULL OR v.known_from <= %(as_of)s))"""


def _told(fact: str, kind: str) -> str:
    return f"""(SELECT (e.data->>'{fact}')::{kind} FROM webcare_ticketevent e
              WHERE e.ticket_id = k.id AND e.recorded_at <= %(as_of)s
                AND e.data ? '{fact}' ORDER BY e.id DESC LIMIT 1)"""


def _then(fact: str, column: str, kind: str) -> str:
    return (
        f"CASE WHEN k.changed_at <= %(as_of)s THEN k.{column}"
        f" ELSE {_told(fact, kind)} END"
    )


QUEUE = _then("queue", "queue_id", "bigint")
TOPIC = _then("topic", "topic_id", "bigint")
AGENT = _then("agent", "agent_id", "bigint")
STATUS = _then("status", "status", "text")
PRIORITY = f"coalesce({_then('priority', 'priority', 'text')}, 'normal')"
# Merged away: in no figure of tickets.
IS_MERGED = """CASE WHEN k.changed_at <= %(as_of)s THEN k.merged_into_id IS NOT NULL
    ELSE k.id IN (SELECT m.source_id FROM webcare_merge m WHERE m.at <= %(as_of)s
                     AND (m.undone_at IS NULL OR m.undone_at > %(as_of)s)) END"""
# A ticket that changed since and has no line before was not known yet.
IS_KNOWN = f"(k.changed_at <= %(as_of)s OR {_told('status', 'text')} IS NOT NULL)"
