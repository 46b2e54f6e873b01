"""Whom we answered: of those who needed it, of those who addressed us, of all heard.

A message is answered with the turn it is part of. What it is of is as it was when that
turn ended; before, as its ticket is: the one that it came in by, wherever it stands.
"""

from webcare.queries.measures import COHORT, Measure
from webcare.queries.measures.decisions import DECIDED
from webcare.queries.measures.responses import HAS_ENDED, TURNS
from webcare.queries.measures.tickets import AGENT, PRIORITY, QUEUE, TOPIC

# Last words, and the score that somebody was asked for, want no answer and are in none
# of the three.
_COUNTED = {
    "monitored": "NOT is_last",
    "addressed": "is_addressed AND NOT is_last",
    "needs_answer": "verdict = 'answer' AND outcome <> 'left'",
    "answered": "verdict = 'answer' AND outcome = 'answered'",
    "answered_addressed": (
        "verdict = 'answer' AND outcome = 'answered' AND is_addressed"
    ),
    "waiting": "verdict = 'answer' AND outcome NOT IN ('answered', 'left')",
    "left_unanswered": "verdict = 'answer' AND outcome = 'left'",
    "watched": "verdict = 'watch'",
    "ignored": "verdict = 'ignore' AND NOT is_last",
    "passed_on": "verdict = 'pass_on'",
    "undecided": "verdict IS NULL",
    "last_words": "is_last",
}
_COUNTS = ", ".join(
    f"coalesce({condition}, false)::int AS {name}"
    for name, condition in _COUNTED.items()
)
# One that joined a ticket only later, when somebody chose to answer it, was in none.
# Asked for as a value: of an EXISTS a planner may read the whole log into a hash.
_STOOD = """(was.verdict IS NULL OR (
    SELECT true FROM webcare_ticketevent e
     WHERE e.ticket_id = tm.origin_ticket_id AND e.recorded_at <= %(as_of)s
       AND e.data->>'message' = m.id::text LIMIT 1))"""
_CASE = f"""
    SELECT tm.ticket_id AS ticket, m.posted_at AS at, m.channel_id AS channel,
           m.addressed AS is_addressed,
           CASE WHEN t.ended THEN t.queue_id ELSE {QUEUE} END AS queue,
           CASE WHEN t.ended THEN t.topic_id ELSE {TOPIC} END AS topic,
           CASE WHEN t.ended THEN t.answered_by_id ELSE {AGENT} END AS agent,
           CASE WHEN t.ended THEN t.priority
                WHEN k.id IS NOT NULL THEN {PRIORITY} END AS priority,
           decided.verdict,
           coalesce(decided.reason IN ('closing_remark', 'survey_answer')
                    AND decided.verdict = 'ignore', false) AS is_last,
           CASE WHEN t.ended THEN t.outcome ELSE '' END AS outcome
      FROM conversations_message m {DECIDED}
      LEFT JOIN webcare_ticketmessage tm ON tm.message_id = m.id AND {_STOOD}
      LEFT JOIN webcare_ticket k ON k.id = tm.origin_ticket_id
      LEFT JOIN LATERAL (
           SELECT t.*, coalesce({HAS_ENDED}, false) AS ended FROM ({TURNS}) AS t
            WHERE t.ticket_id = tm.origin_ticket_id AND decided.verdict = 'answer'
              AND t.started_at <= m.posted_at
              AND (coalesce({HAS_ENDED}, false) IS FALSE OR t.ended_at >= m.posted_at)
            ORDER BY t.number LIMIT 1) AS t ON true
     WHERE m.direction = 'in' AND NOT m.history AND m.received_at <= %(as_of)s"""

RESPONSE_RATE = Measure(
    name="response_rate",
    counts=tuple(_COUNTED),
    settled=f"""
        SELECT ticket, at AS cohort_at, at AS event_at, queue, topic, agent, channel,
               priority, {_COUNTS}
          FROM ({_CASE}) AS heard""",
    first="SELECT min(opened_at) FROM webcare_ticket",
    views=(COHORT,),
)
