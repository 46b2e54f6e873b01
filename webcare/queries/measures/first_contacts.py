"""Whether one answer was enough: first-contact resolution.

Decided seven days after the ticket was first resolved, by what was known then, and for
good: one turn answered by a person, here or outside the desk, not reopened, and no
other ticket of the same author about the same topic. Tickets that nobody answered, or
that were merged by then, are no part of it. By cohort a day grows as long as its
tickets are resolved: each marks the day of its opening for when it is decided.
"""

from webcare.domain.reports import STAYED_DAYS
from webcare.queries.measures import Measure
from webcare.queries.measures.endings import FIRST
from webcare.queries.measures.tickets import opened_at

_THEN = f"(e.at + interval '{STAYED_DAYS} days')"
_TOPIC_THEN = f"""(SELECT (l.data->>'topic')::bigint FROM webcare_ticketevent l
      WHERE l.ticket_id = other.id AND l.recorded_at <= {_THEN} AND l.data ? 'topic'
      ORDER BY l.id DESC LIMIT 1)"""
_OPENED_THEN = opened_at("other", _THEN)
_ASKED_AGAIN = f"""EXISTS (
    SELECT FROM webcare_ticket other
     WHERE other.author_id = k.author_id AND other.id <> k.id
       AND {_OPENED_THEN} > e.at AND {_OPENED_THEN} <= {_THEN}
       AND {_TOPIC_THEN} = e.topic_id)"""
_REOPENED = f"""EXISTS (
    SELECT FROM webcare_ending x
     WHERE x.ticket_id = k.id AND x.undone_at IS NULL
       AND x.reopened_known_at <= {_THEN})"""
_ANSWERS = f"""(SELECT count(*) FROM webcare_turn t
    WHERE t.ticket_id = k.id AND t.outcome = 'answered'
      AND t.end_known_at <= {_THEN})"""
_MERGED = f"""EXISTS (
    SELECT FROM webcare_merge m WHERE m.source_id = k.id AND m.at <= {_THEN}
       AND (m.undone_at IS NULL OR m.undone_at > {_THEN}))"""

FIRST_CONTACTS = Measure(
    name="first_contacts",
    counts=("answered", "at_once"),
    settled=f"""
        SELECT k.id AS ticket, e.opened_at AS cohort_at, e.at AS event_at,
               e.queue_id AS queue,
               e.topic_id AS topic, e.agent_id AS agent, e.channel_id AS channel,
               e.priority, 1 AS answered,
               (answers.n = 1 AND NOT {_REOPENED} AND NOT {_ASKED_AGAIN})::int
                   AS at_once
          FROM webcare_ending e JOIN webcare_ticket k ON k.id = e.ticket_id
         CROSS JOIN LATERAL (SELECT {_ANSWERS} AS n) AS answers
         WHERE e.number = 1 AND e.outcome = 'answered' AND answers.n > 0
           AND {_THEN} <= least(%(as_of)s, now()) AND e.known_at <= {_THEN}
           AND (e.undone_at IS NULL OR e.undone_at > {_THEN}) AND NOT {_MERGED}""",
    first=FIRST,
    certain_after_days=STAYED_DAYS,
)
