"""How long authors waited for an answer: turns, as they were known at a moment.

Of all of them, and apart of those that began a conversation and of every one after it.
"""

from dataclasses import replace

from webcare.queries.measures import FOR_GOOD, Measure, clocks
from webcare.queries.measures.tickets import AGENT, PRIORITY, QUEUE, TOPIC

_FACTS = """{turn} AS turn, {row}.ticket_id, {row}.number, {row}.outcome,
            {row}.started_at, {row}.ended_at, {row}.in_hours,
            coalesce({row}.end_known_at, {row}.known_from) AS end_known_at,
            {row}.calendar_seconds, {row}.business_seconds, {row}.answered_by_id,
            {row}.queue_id, {row}.topic_id, {row}.channel_id, {row}.priority,
            {row}.acknowledged_at, {row}.acknowledged_known_at,
            {row}.acknowledged_business_seconds, {row}.acknowledged_in_hours"""
# Each turn, or the version of it, whose time it was. One that was written down when it
# was over already was known to be at once.
TURNS = f"""
    SELECT {_FACTS.format(row="t", turn="t.id")} FROM webcare_turn t
     WHERE t.known_from <= %(as_of)s
     UNION ALL
    SELECT {_FACTS.format(row="v", turn="v.turn_id")} FROM webcare_turnversion v
     WHERE v.known_from <= %(as_of)s AND v.known_until > %(as_of)s"""
# Every turn has one: said so, a report that asks nothing of it looks none of them up.
OF_TICKET = "LEFT JOIN webcare_ticket k ON k.id = t.ticket_id"
HAS_ENDED = "t.outcome <> 'waiting' AND t.end_known_at <= %(as_of)s"
# A turn that had not ended yet then. Most are waiting still, and their index is small.
WAITING = """
    SELECT t.id AS turn, t.ticket_id, t.number, t.started_at, t.channel_id,
           t.acknowledged_known_at
      FROM webcare_turn t
     WHERE t.outcome = 'waiting' AND t.known_from <= %(as_of)s
     UNION ALL
    SELECT t.id, t.ticket_id, t.number, t.started_at, t.channel_id,
           t.acknowledged_known_at
      FROM webcare_turn t
     WHERE t.end_known_at > %(as_of)s AND t.known_from <= %(as_of)s
     UNION ALL
    SELECT v.turn_id, v.ticket_id, v.number, v.started_at, v.channel_id,
           v.acknowledged_known_at
      FROM webcare_turnversion v
     WHERE v.known_from <= %(as_of)s AND v.known_until > %(as_of)s
       AND (v.outcome = 'waiting' OR v.end_known_at > %(as_of)s)"""

_SETTLED = f"""
    SELECT t.ticket_id AS ticket, t.started_at AS cohort_at, t.ended_at AS event_at,
           t.queue_id AS queue, t.topic_id AS topic, t.answered_by_id AS agent,
           t.channel_id AS channel, t.priority, answered.yes::int AS answered,
           (NOT answered.yes)::int AS "left",
           (answered.yes AND t.in_hours IS FALSE)::int AS in_closed_time,
           coalesce(answered.yes AND t.ended_at < c.late_at, false)::int
               AS within_target,
           (answered.yes AND c.late_at IS NOT NULL)::int AS with_target,
           CASE WHEN answered.yes THEN t.calendar_seconds END::bigint AS calendar,
           CASE WHEN answered.yes AND t.in_hours IS NOT FALSE
                THEN t.business_seconds END::bigint AS business
      FROM ({TURNS}) AS t
     CROSS JOIN LATERAL (SELECT t.outcome = 'answered' AS yes) AS answered
      LEFT JOIN LATERAL (
           SELECT late.late_at FROM webcare_clock c {clocks.LATE} AS late
            WHERE {clocks.IS_KNOWN} AND c.ticket_id = t.ticket_id AND c.turn_id = t.turn
              AND c.promise = CASE t.number WHEN 1 THEN 'first_response'
                                            ELSE 'next_response' END) AS c ON true
     WHERE {HAS_ENDED}"""

_RUNNING = f"""
    SELECT t.ticket_id AS ticket, t.started_at AS cohort_at,
           NULL::timestamptz AS event_at, {QUEUE} AS queue, {TOPIC} AS topic,
           {AGENT} AS agent, t.channel_id AS channel, {PRIORITY} AS priority, {FOR_GOOD}
      FROM ({WAITING}) AS t {OF_TICKET}
     WHERE t.started_at <= %(as_of)s"""

RESPONSES = Measure(
    name="responses",
    counts=("answered", "left", "in_closed_time", "within_target", "with_target"),
    settled=_SETTLED,
    first="SELECT min(started_at) FROM webcare_turn",
    is_timed=True,
    running=_RUNNING,
    running_counts=("waiting",),
)


def _of(name: str, number: str) -> Measure:
    """Of turns with such a number in their conversation."""
    return replace(
        RESPONSES,
        name=name,
        settled=f"{_SETTLED} AND t.number {number}",
        running=f"{_RUNNING} AND t.number {number}",
    )


FIRST_RESPONSES = _of("first_responses", "= 1")
NEXT_RESPONSES = _of("next_responses", "> 1")
