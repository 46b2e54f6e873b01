"""What became of tickets, and how long it took: each time one was resolved.

Tickets that were merged into another are in none of these; what became of their
question is told by the other. Everything is as it was at the ending.
"""

from webcare.domain.lifecycle import LIVE
from webcare.domain.outcomes import Resolution
from webcare.domain.reports import STAYED_DAYS
from webcare.queries.measures import FOR_GOOD, Measure
from webcare.queries.measures.tickets import (
    AGENT,
    IS_MERGED,
    PRIORITY,
    QUEUE,
    STATUS,
    TICKETS,
    TOPIC,
)

_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
_WINDOW = f"interval '{STAYED_DAYS} days'"
STANDS = "(e.undone_at IS NULL OR e.undone_at > %(as_of)s)"
IS_KNOWN = f"e.known_at <= %(as_of)s AND {STANDS}"
IS_REOPENED = "coalesce(e.reopened_known_at <= %(as_of)s, false)"
# A reopened one was never taken back, so that the numbers of a ticket find it.
_WAS_REOPENED = f"""EXISTS (
    SELECT FROM webcare_ending x
     WHERE x.ticket_id = e.ticket_id AND x.undone_at IS NULL
       AND x.reopened_known_at <= %(as_of)s AND x.reopened_at <= x.at + {_WINDOW})"""
_OUTCOMES = ", ".join(
    f"(e.outcome = '{one}')::int AS \"{one}\"" for one in Resolution.values
)
_SOMEWHERE = """e.queue_id AS queue, e.topic_id AS topic, e.agent_id AS agent,
           e.channel_id AS channel, e.priority"""
_LENGTHS = """
           CASE WHEN e.outcome = 'answered' THEN e.calendar_seconds END::bigint
               AS calendar,
           CASE WHEN e.outcome = 'answered' THEN e.business_seconds END::bigint
               AS business"""

# A ticket that lives, as far as was known. Those that live by now
# are in an index of their own; those that have changed since, the log tells of.
_LIVED = f"""
    SELECT k.id AS ticket, k.opened_at AS cohort_at,
           NULL::timestamptz AS event_at, {QUEUE} AS queue,
           {TOPIC} AS topic, {AGENT} AS agent, k.channel_id AS channel,
           {PRIORITY} AS priority, {FOR_GOOD}{{also}}
      FROM {{source}} AS k
     WHERE k.opened_at <= %(as_of)s AND {{more}}"""
LIVES = f"""
    {_LIVED.format(source="webcare_ticket", also="{also}", more="{more}")}
       AND k.status IN ({_LIVE}) AND k.changed_at <= %(as_of)s
     UNION ALL
    {_LIVED.format(source=TICKETS, also="{also}", more="{more}")}
       AND k.changed_at > %(as_of)s AND {STATUS} IN ({_LIVE})"""
_NEVER_ENDED = """NOT EXISTS (
    SELECT FROM webcare_ending x WHERE x.ticket_id = k.id AND x.number = 1
       AND x.undone_at IS NULL AND x.known_at <= %(as_of)s)"""
# Not reopened, but it still can be within its days.
_UNCERTAIN = f"""
    SELECT k.id, e.opened_at, e.at, {_SOMEWHERE}, 2, e.at + {_WINDOW}, 0
      FROM webcare_ending e JOIN webcare_ticket k ON k.id = e.ticket_id
     WHERE e.at > %(since)s::timestamptz - {_WINDOW} AND e.number = 1 AND {IS_KNOWN}
       AND NOT ({IS_MERGED}) AND NOT {_WAS_REOPENED}"""

FIRST = "SELECT min(opened_at) FROM webcare_ticket"

# Of each ticket its first ending, and whether it was reopened soon after any.
RESOLUTIONS = Measure(
    name="resolutions",
    counts=(*Resolution.values, "reopened"),
    settled=f"""
        SELECT k.id AS ticket, e.opened_at AS cohort_at, e.at AS event_at,
               {_SOMEWHERE}, {_OUTCOMES},
               ({_WAS_REOPENED})::int AS reopened, {_LENGTHS}
          FROM webcare_ending e JOIN webcare_ticket k ON k.id = e.ticket_id
         WHERE e.number = 1 AND {IS_KNOWN} AND NOT ({IS_MERGED})""",
    first=FIRST,
    is_timed=True,
    running=f"{LIVES.format(more=_NEVER_ENDED, also='')} UNION ALL {_UNCERTAIN}",
    running_counts=("waiting", "uncertain"),
)

# Of each ticket the ending that stands; one that was reopened and lives waits again.
ENDINGS = Measure(
    name="endings",
    counts=tuple(Resolution.values),
    settled=f"""
        SELECT k.id AS ticket, e.opened_at AS cohort_at, e.at AS event_at,
               {_SOMEWHERE}, {_OUTCOMES},
               {_LENGTHS}
          FROM webcare_ending e JOIN webcare_ticket k ON k.id = e.ticket_id
         WHERE {IS_KNOWN} AND NOT {IS_REOPENED} AND NOT ({IS_MERGED})""",
    first=FIRST,
    is_timed=True,
    running=LIVES.format(more="true", also=""),
    running_counts=("waiting",),
)
