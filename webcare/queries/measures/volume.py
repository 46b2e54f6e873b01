"""How much came in and went out, and how many tickets were opened."""

from webcare.queries.measures import COHORT, Measure
from webcare.queries.measures.tickets import (
    IS_KNOWN,
    IS_MERGED,
    PRIORITY,
    QUEUE,
    TICKETS,
    TOPIC,
)

# What is in no ticket is in no queue; what is, is where its ticket is.
MESSAGES = Measure(
    name="messages",
    counts=("heard", "sent", "ticketed"),
    settled=f"""
        SELECT k.id AS ticket, m.posted_at AS cohort_at, m.posted_at AS event_at,
               {QUEUE} AS queue, {TOPIC} AS topic, NULL::bigint AS agent,
               m.channel_id AS channel,
               CASE WHEN k.id IS NOT NULL THEN {PRIORITY} END AS priority,
               (m.direction = 'in')::int AS heard, (m.direction = 'out')::int AS sent,
               (m.direction = 'in' AND k.id IS NOT NULL)::int AS ticketed
          FROM conversations_message m
          LEFT JOIN webcare_ticketmessage tm ON tm.message_id = m.id
          LEFT JOIN webcare_ticket k ON k.id = tm.ticket_id
         WHERE m.received_at <= %(as_of)s""",
    first="SELECT min(opened_at) FROM webcare_ticket",
    views=(COHORT,),
)

OPENED = Measure(
    name="opened",
    counts=("opened",),
    settled=f"""
        SELECT k.id AS ticket, k.opened_at AS cohort_at, k.opened_at AS event_at,
               {QUEUE} AS queue, {TOPIC} AS topic, NULL::bigint AS agent,
               k.channel_id AS channel,
               {PRIORITY} AS priority, 1 AS opened
          FROM {TICKETS} AS k WHERE {IS_KNOWN} AND NOT ({IS_MERGED})""",
    first="SELECT min(opened_at) FROM webcare_ticket",
    views=(COHORT,),
)
