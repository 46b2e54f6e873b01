"""What our answers added: thanks and solutions, annoyance, or nothing that we know of.

Every ticket is a conversation that we chose to join. We are *engaged* once a person of
ours spoke in it. Evidence comes from the other side, after our first words and up to
EVIDENCE_DAYS after our last: *added* is thanks, or that it is solved, or a score of 4
or 5, in a conversation that was not opened again; *harm* is that they want us gone.
*Silent* is neither. Both can be true of one conversation.
"""

from webcare.domain.lifecycle import LIVE
from webcare.queries.measures import COHORT, Measure
from webcare.queries.measures.decisions import DECIDED
from webcare.queries.measures.responses import HAS_ENDED, TURNS
from webcare.queries.measures.tickets import (
    AGENT,
    IS_KNOWN,
    IS_MERGED,
    PRIORITY,
    QUEUE,
    STATUS,
    TICKETS,
    TOPIC,
)

EVIDENCE_DAYS = 7
_WINDOW = f"interval '{EVIDENCE_DAYS} days'"
_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))

# What went into the ticket, as far as it has been put together with others by then.
_INSIDE = """
    WITH RECURSIVE inside AS (
        SELECT k.id
         UNION
        SELECT x.source_id FROM inside JOIN webcare_merge x ON x.target_id = inside.id
         WHERE x.at <= %(as_of)s AND (x.undone_at IS NULL OR x.undone_at > %(as_of)s))
    SELECT id FROM inside"""
_SPLIT_AT = """(SELECT min(e.recorded_at) FROM webcare_ticketevent e
    WHERE e.ticket_id = tm.split_ticket_id)"""
# Where its messages stand says what was said in it, so that merging and splitting take
# the evidence along. One that changed since is put together as it was.
_SAID_IN = f"""
    SELECT tm.message_id FROM webcare_ticketmessage tm
     WHERE tm.ticket_id = k.id AND k.changed_at <= %(as_of)s
     UNION ALL
    SELECT tm.message_id FROM ({_INSIDE}) AS part
     CROSS JOIN LATERAL (
           SELECT * FROM webcare_ticketmessage tm WHERE tm.ticket_id = part.id
            UNION
           SELECT * FROM webcare_ticketmessage tm
            WHERE tm.origin_ticket_id = part.id
              AND tm.ticket_id <> tm.origin_ticket_id
            UNION
           SELECT * FROM webcare_ticketmessage tm
            WHERE tm.split_ticket_id = part.id) AS tm
     WHERE k.changed_at > %(as_of)s
       AND part.id = CASE WHEN {_SPLIT_AT} <= %(as_of)s THEN tm.split_ticket_id
                          ELSE tm.origin_ticket_id END"""
# An automatic text is nobody's, and one that only holds says nothing.
_BY_A_PERSON = """m.direction = 'out' AND m.received_at <= %(as_of)s AND NOT EXISTS (
    SELECT FROM conversations_delivery d JOIN webcare_reply r ON r.delivery_id = d.id
     WHERE d.message_id = m.id AND (r.rule_id IS NOT NULL OR r.holding))"""
_OURS = f"""
    SELECT min(m.posted_at) AS first_at, max(m.posted_at) AS last_at
      FROM ({_SAID_IN}) AS said JOIN conversations_message m ON m.id = said.message_id
     WHERE {_BY_A_PERSON}"""
_THEIRS = f"""
    SELECT coalesce(bool_or(decided.reason = 'closing_remark'
                            AND decided.verdict = 'ignore'), false) AS thanked,
           coalesce(bool_or(a.noted_at <= %(as_of)s), false) AS annoyed
      FROM ({_SAID_IN}) AS said JOIN conversations_message m ON m.id = said.message_id
           {DECIDED}
      LEFT JOIN webcare_annoyance a ON a.message_id = m.id
     WHERE m.direction = 'in' AND m.received_at <= %(as_of)s
       AND m.posted_at > ours.first_at AND m.posted_at <= ours.last_at + {_WINDOW}"""
_SATISFIED = f"""EXISTS (
    SELECT FROM webcare_survey s
      LEFT JOIN conversations_message m ON m.id = s.answer_id
     WHERE s.ticket_id = k.id AND s.score >= 4
       AND s.answered_at <= ours.last_at + {_WINDOW}
       AND greatest(s.answered_at, m.received_at) <= %(as_of)s)"""
_OPENED_AGAIN = f"""EXISTS (
    SELECT FROM webcare_ticketevent e
     WHERE e.ticket_id = k.id AND e.kind = 'reopened' AND e.recorded_at <= %(as_of)s
       AND e.effective_at > ours.first_at
       AND e.effective_at <= ours.last_at + {_WINDOW})"""

_FIRST_TURN = f"""
      LEFT JOIN LATERAL (
           SELECT t.*, true AS ended FROM ({TURNS}) AS t
            WHERE t.ticket_id = k.id AND t.number = 1 AND {HAS_ENDED} LIMIT 1
           ) AS t ON true"""
_WHERE = f"""k.id AS ticket, k.opened_at AS cohort_at, NULL::timestamptz AS event_at,
           CASE WHEN t.ended THEN t.queue_id ELSE {QUEUE} END AS queue,
           CASE WHEN t.ended THEN t.topic_id ELSE {TOPIC} END AS topic,
           CASE WHEN t.ended THEN t.answered_by_id ELSE {AGENT} END AS agent,
           k.channel_id AS channel,
           CASE WHEN t.ended THEN t.priority ELSE {PRIORITY} END AS priority"""
_SETTLED = f"""
    SELECT {_WHERE}, 1 AS conversations, engaged::int AS engaged, added::int AS added,
           harm::int AS harm, (engaged AND NOT added AND NOT harm)::int AS silent,
           ({STATUS} IN ({_LIVE}))::int AS live
      FROM {TICKETS} AS k {_FIRST_TURN}
     CROSS JOIN LATERAL ({_OURS}) AS ours
     CROSS JOIN LATERAL ({_THEIRS}) AS theirs
     CROSS JOIN LATERAL (SELECT ours.first_at IS NOT NULL AS engaged) AS who
     CROSS JOIN LATERAL (
           SELECT engaged AND (thanked OR {_SATISFIED}) AND NOT {_OPENED_AGAIN}
                      AS added,
                  engaged AND annoyed AS harm) AS what
     WHERE {IS_KNOWN} AND NOT ({IS_MERGED})"""
# Neither live, nor old enough for the evidence to be complete: we spoke lately, and
# that changed the ticket; a day longer, for a platform's clock says when we spoke.
_RUNNING = f"""
    SELECT {_WHERE}, 1 AS state, ours.last_at + {_WINDOW} AS changes_at, 0 AS becomes
      FROM {TICKETS} AS k {_FIRST_TURN} CROSS JOIN LATERAL ({_OURS}) AS ours
     WHERE k.changed_at > %(since)s::timestamptz - {_WINDOW} - interval '1 day'
       AND ours.last_at > %(since)s::timestamptz - {_WINDOW}
       AND NOT ({STATUS} IN ({_LIVE})) AND {IS_KNOWN} AND NOT ({IS_MERGED})"""

ADDED_VALUE = Measure(
    name="added_value",
    counts=("conversations", "engaged", "added", "harm", "silent", "live"),
    settled=_SETTLED,
    first="SELECT min(opened_at) FROM webcare_ticket",
    running=_RUNNING,
    running_counts=("settling",),
    views=(COHORT,),
)
