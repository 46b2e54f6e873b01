"""Whether promises were kept: clocks of turns, and of tickets to be resolved.

A promise is broken at the moment its time passes, whoever answers when. One whose
question was left without an answer before that is neither kept nor broken.
"""

from webcare.domain.outcomes import Promise
from webcare.queries.measures import COHORT, Measure, clocks
from webcare.queries.measures.responses import HAS_ENDED, OF_TICKET, TURNS, WAITING
from webcare.queries.measures.tickets import (
    AGENT,
    IS_KNOWN,
    IS_MERGED,
    PRIORITY,
    QUEUE,
    TICKETS,
    TOPIC,
)

COUNTS = ("met", "breached", "left")
RUNNING = ("breached_and_open", "not_due")
# Not due until it is late.
_DUE = "2 AS state, l.late_at AS changes_at, 1 AS becomes"


def _of_turns(promise: Promise, number: str) -> Measure:
    """Clocks of turns; whether one stopped is told by what is known of its turn."""
    clock = f"""JOIN webcare_clock c ON c.ticket_id = t.ticket_id AND c.turn_id = t.turn
                 AND c.promise = '{promise.value}' AND {clocks.IS_KNOWN}
      {clocks.LATE} AS l"""
    return Measure(
        name=promise.value,
        counts=COUNTS,
        settled=f"""
            SELECT t.ticket_id AS ticket, t.started_at AS cohort_at,
                   t.ended_at AS event_at,
                   t.queue_id AS queue, t.topic_id AS topic, t.answered_by_id AS agent,
                   t.channel_id AS channel, t.priority,
                   (is_met AND t.outcome = 'answered')::int AS met,
                   (NOT is_met)::int AS breached,
                   (is_met AND t.outcome = 'left')::int AS "left"
              FROM ({TURNS}) AS t {clock}
             CROSS JOIN LATERAL (
                   SELECT coalesce(t.ended_at < l.late_at, true) AS is_met) AS m
             WHERE {HAS_ENDED} AND t.number {number}""",
        first="SELECT min(started_at) FROM webcare_turn",
        running=f"""
            SELECT t.ticket_id AS ticket, t.started_at AS cohort_at,
                   NULL::timestamptz AS event_at,
                   {QUEUE} AS queue, {TOPIC} AS topic, {AGENT} AS agent,
                   t.channel_id AS channel, {PRIORITY} AS priority, {_DUE}
              FROM ({WAITING}) AS t {OF_TICKET} {clock}
             WHERE t.number {number} AND t.started_at <= %(as_of)s""",
        running_counts=RUNNING,
        views=(COHORT,),
    )


FIRST_RESPONSE = _of_turns(Promise.FIRST_RESPONSE, "= 1")
NEXT_RESPONSE = _of_turns(Promise.NEXT_RESPONSE, "> 1")

# When a ticket was resolved, as known then: a clock says only what is known by now.
RESOLVED_AT = """(
                 SELECT e.at FROM webcare_ending e
                  WHERE e.ticket_id = k.id AND e.known_at <= %(as_of)s
                    AND (e.undone_at IS NULL OR e.undone_at > %(as_of)s)
                    AND (e.reopened_known_at IS NULL
                         OR e.reopened_known_at > %(as_of)s) LIMIT 1)"""
IS_STILL = "k.changed_at <= %(as_of)s"
STOPPED_AT = f"CASE WHEN {IS_STILL} THEN c.stopped_at ELSE {RESOLVED_AT} END"


def _of_tickets(counts: str, condition: str, source: str = TICKETS) -> str:
    return f"""
            SELECT k.id AS ticket, k.opened_at AS cohort_at,
                   NULL::timestamptz AS event_at,
                   {QUEUE} AS queue, {TOPIC} AS topic, {AGENT} AS agent,
                   k.channel_id AS channel, {PRIORITY} AS priority, {counts}
              FROM {source} AS k
              JOIN webcare_clock c ON c.ticket_id = k.id AND c.promise = 'resolution'
                   AND {clocks.IS_KNOWN}
             {clocks.LATE} AS late
             CROSS JOIN LATERAL (
                   SELECT late.late_at, {STOPPED_AT} AS stopped_at) AS l
             WHERE {IS_KNOWN} AND NOT ({IS_MERGED}) AND {condition}"""


# Those that run by now, of which one index has all, and those that have changed since:
# an hour longer, because when one was resolved is told by a platform's clock.
_RUNS = f"{IS_STILL} AND c.stopped_at IS NULL"
_RAN = f"""k.changed_at > %(as_of)s::timestamptz - interval '1 hour'
               AND NOT ({_RUNS})
               AND (l.stopped_at IS NULL OR l.stopped_at > %(as_of)s)"""
RESOLUTION = Measure(
    name=Promise.RESOLUTION.value,
    counts=COUNTS,
    settled=_of_tickets(
        """coalesce(l.stopped_at < l.late_at, true)::int AS met,
                   coalesce(l.stopped_at >= l.late_at, false)::int AS breached,
                   0 AS "left\"""",
        "l.stopped_at <= %(as_of)s",
    ),
    first="SELECT min(opened_at) FROM webcare_ticket",
    running=f"""{_of_tickets(_DUE, _RUNS, "webcare_ticket")}
             UNION ALL {_of_tickets(_DUE, _RAN)}""",
    running_counts=RUNNING,
    views=(COHORT,),
)
PROMISES = (FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION)
