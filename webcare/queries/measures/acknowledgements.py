"""How long authors waited until they first heard anything of us.

Of the first turn of each conversation: what a rule said, or somebody who looks into it,
else the answer. Who was acknowledged and waits on is where the ticket is, as who waits.
"""

from dataclasses import replace

from webcare.queries.measures.responses import (
    FIRST_RESPONSES,
    HAS_ENDED,
    OF_TICKET,
    TURNS,
)
from webcare.queries.measures.tickets import AGENT, PRIORITY, QUEUE, TOPIC

_IS_KNOWN = "t.acknowledged_known_at <= %(as_of)s"
# An answer that the platform took before, and that we learned of later, was first.
_IS_FIRST = f"""coalesce({_IS_KNOWN}, false)
       AND NOT coalesce({HAS_ENDED} AND t.outcome = 'answered'
                        AND t.ended_at < t.acknowledged_at, false)"""
_ACKNOWLEDGED = f"""
    SELECT t.ticket_id AS ticket, t.started_at AS cohort_at,
           t.acknowledged_at AS event_at,
           CASE WHEN ended THEN t.queue_id ELSE {QUEUE} END AS queue,
           CASE WHEN ended THEN t.topic_id ELSE {TOPIC} END AS topic,
           CASE WHEN ended THEN t.answered_by_id ELSE {AGENT} END AS agent,
           t.channel_id AS channel,
           CASE WHEN ended THEN t.priority ELSE {PRIORITY} END AS priority,
           1 AS answered, 0 AS "left",
           (t.acknowledged_in_hours IS FALSE)::int AS in_closed_time,
           0 AS within_target, 0 AS with_target, calendar,
           CASE WHEN t.acknowledged_in_hours IS NOT FALSE
                THEN coalesce(t.acknowledged_business_seconds, calendar) END
               AS business
      FROM ({TURNS}) AS t {OF_TICKET}
     CROSS JOIN LATERAL (
           SELECT coalesce({HAS_ENDED}, false) AS ended,
                  greatest(0, floor(extract(
                      epoch FROM t.acknowledged_at - t.started_at)))::bigint
                      AS calendar) AS heard
     WHERE t.number = 1 AND {_IS_FIRST}"""
_ANSWERED = f"""
    SELECT t.ticket_id, t.started_at, t.ended_at, t.queue_id, t.topic_id,
           t.answered_by_id, t.channel_id, t.priority, answered.yes::int,
           (NOT answered.yes)::int,
           (answered.yes AND t.in_hours IS FALSE)::int, 0, 0,
           CASE WHEN answered.yes THEN t.calendar_seconds END::bigint,
           CASE WHEN answered.yes AND t.in_hours IS NOT FALSE
                THEN t.business_seconds END::bigint
      FROM ({TURNS}) AS t
     CROSS JOIN LATERAL (SELECT t.outcome = 'answered' AS yes) AS answered
     WHERE t.number = 1 AND {HAS_ENDED} AND NOT ({_IS_FIRST})"""

# Nobody promises when an author first hears of us, so that none is within a target.
ACKNOWLEDGEMENTS = replace(
    FIRST_RESPONSES,
    name="acknowledgements",
    settled=f"{_ACKNOWLEDGED} UNION ALL {_ANSWERED}",
    running=f"{FIRST_RESPONSES.running} AND ({_IS_KNOWN}) IS NOT TRUE",
)
