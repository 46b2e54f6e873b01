"""Where a ticket was at a moment, as known then: for what the ticket itself tells.

A ticket that has not changed since says so itself; of any other the log does.
"""


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
