"""How long agents worked on tickets: handle time."""

from webcare.queries.measures import COHORT, Measure
from webcare.queries.measures.tickets import PRIORITY, QUEUE, TOPIC

WORK = Measure(
    name="work",
    counts=("seconds",),
    settled=f"""
        SELECT a.ticket_id AS ticket, a.began_at AS cohort_at, a.began_at AS event_at,
               {QUEUE} AS queue, {TOPIC} AS topic, a.user_id AS agent,
               k.channel_id AS channel, {PRIORITY} AS priority, greatest(0, extract(
                   epoch FROM least(a.ended_at, %(as_of)s) - a.began_at))::bigint
                   AS seconds
          FROM webcare_activity a JOIN webcare_ticket k ON k.id = a.ticket_id
         WHERE a.began_at <= %(as_of)s""",
    first="SELECT min(began_at) FROM webcare_activity",
    views=(COHORT,),
)
