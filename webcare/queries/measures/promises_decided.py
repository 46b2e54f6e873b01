"""Promises by when they were decided: kept by what we did, or broken as time passed.

A promise is kept at the moment at which its turn or ticket ended, if that was in time,
and broken the moment its time passes, whether anybody answers later or never.
"""

from webcare.domain.outcomes import Promise
from webcare.queries.measures import EVENT, Measure, clocks
from webcare.queries.measures.promises import IS_STILL, RESOLVED_AT, STOPPED_AT
from webcare.queries.measures.responses import HAS_ENDED, OF_TICKET, TURNS
from webcare.queries.measures.tickets import (
    AGENT,
    IS_KNOWN,
    IS_MERGED,
    PRIORITY,
    QUEUE,
    TOPIC,
)

# Those that are broken and open are broken, too.
COUNTS = ("met", "breached", "left", "breached_and_open")

# Looked up for each clock: joined, all turns would be compared with all clocks.
_ITS_TURN = f"SELECT * FROM ({TURNS}) AS t WHERE t.turn = c.turn_id OFFSET 0"


def _of_turns(promise: Promise, number: str) -> Measure:
    return Measure(
        name=f"{promise.value}_event",
        counts=COUNTS,
        settled=f"""
            SELECT t.ticket_id AS ticket, NULL::timestamptz AS cohort_at,
                   t.ended_at AS event_at,
                   t.queue_id AS queue, t.topic_id AS topic, t.answered_by_id AS agent,
                   t.channel_id AS channel, t.priority,
                   (t.outcome = 'answered')::int AS met, 0 AS breached,
                   (t.outcome = 'left')::int AS "left", 0 AS breached_and_open
              FROM ({TURNS}) AS t
              JOIN webcare_clock c ON c.ticket_id = t.ticket_id AND c.turn_id = t.turn
                   AND c.promise = '{promise.value}' AND {clocks.IS_KNOWN}
              {clocks.LATE} AS l
             WHERE {HAS_ENDED} AND t.number {number}
               AND coalesce(t.ended_at < l.late_at, true)
             UNION ALL
            SELECT c.ticket_id, NULL, c.late_at,
                   CASE WHEN ended THEN t.queue_id ELSE {QUEUE} END,
                   CASE WHEN ended THEN t.topic_id ELSE {TOPIC} END,
                   CASE WHEN ended THEN t.answered_by_id ELSE {AGENT} END,
                   t.channel_id, CASE WHEN ended THEN t.priority ELSE {PRIORITY} END,
                   0, 1, 0, (NOT ended)::int
              FROM {clocks.CLOCKS} AS c
             CROSS JOIN LATERAL ({_ITS_TURN}) AS t {OF_TICKET}
             CROSS JOIN LATERAL (SELECT coalesce({HAS_ENDED}, false) AS ended) AS e
             WHERE c.promise = '{promise.value}' AND c.late_at <= %(as_of)s
               AND t.started_at <= %(as_of)s AND t.number {number}
               AND NOT (ended AND t.ended_at < c.late_at)""",
        first="SELECT min(started_at) FROM webcare_turn",
        views=(EVENT,),
    )


def _of_tickets(clock: str, event: str, stop: str, counts: str, condition: str) -> str:
    return f"""
            SELECT k.id AS ticket, NULL::timestamptz AS cohort_at,
                   {event} AS event_at,
                   {QUEUE} AS queue, {TOPIC} AS topic, {AGENT} AS agent,
                   k.channel_id AS channel, {PRIORITY} AS priority, {counts}
              FROM {clock} JOIN webcare_ticket k ON k.id = c.ticket_id
             CROSS JOIN LATERAL (SELECT {stop} AS at) AS s
             WHERE c.promise = 'resolution' AND {IS_KNOWN} AND NOT ({IS_MERGED})
               AND {condition}"""


_MET = '1 AS met, 0 AS breached, 0 AS "left", 0 AS breached_and_open'
_IN_TIME = f"""{clocks.IS_KNOWN} AND s.at <= %(as_of)s
               AND coalesce(s.at < l.late_at, true)"""
_TIMED = f"webcare_clock c {clocks.LATE} AS l"
# When a ticket that has not changed since was resolved, an index of clocks knows.
_KEPT = _of_tickets(
    _TIMED, "c.stopped_at", "c.stopped_at", _MET, f"{IS_STILL} AND {_IN_TIME}"
)
_KEPT_THEN = _of_tickets(
    _TIMED, "s.at", RESOLVED_AT, _MET, f"NOT ({IS_STILL}) AND {_IN_TIME}"
)
_BROKEN = _of_tickets(
    f"{clocks.CLOCKS} AS c",
    "c.late_at",
    STOPPED_AT,
    "0, 1, 0, (s.at IS NULL OR s.at > %(as_of)s)::int",
    "c.late_at <= %(as_of)s AND coalesce(s.at >= c.late_at, true)",
)
_RESOLUTION = Measure(
    name=f"{Promise.RESOLUTION.value}_event",
    counts=COUNTS,
    settled=f"{_KEPT} UNION ALL {_KEPT_THEN} UNION ALL {_BROKEN}",
    first="SELECT min(opened_at) FROM webcare_ticket",
    views=(EVENT,),
)
PROMISES_DECIDED = (
    _of_turns(Promise.FIRST_RESPONSE, "= 1"),
    _of_turns(Promise.NEXT_RESPONSE, "> 1"),
    _RESOLUTION,
)
