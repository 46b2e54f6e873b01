"""Keep what lay in the desk when each local day began, as it was known then.

It is never made again: nothing that is learned later changes it. The last days are
read from the tickets; those long past, before the desk was upgraded or while nothing
ran, from the log, many of them at once.
"""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE
from webcare.queries import backlog
from webcare.queries.lookups import UNCOMPILED
from webcare.queries.measures.tickets import opened_at
from webcare.queries.rolls import begin_of
from webcare.queries.scopes import EVERY, NONE, PRIORITIES
from webcare.queries.settled import settled_at

LOCK = 9


@transaction.atomic
def keep_midnight(day: date) -> int:
    """Keep what lay when this local day began; 1, or 0 if it is kept already."""
    if not _is_ours() or begin_of(day) > settled_at():
        return 0
    return len(fetch(_of_tickets(), _given([day]) | {"as_of": begin_of(day)}))


@transaction.atomic
def keep_midnights(days: Sequence[date]) -> int:
    """Keep these as the log tells them; returns how many were not kept yet.

    One statement. It reads the lines of the tickets that can have lived on one of
    these days: those that live or have changed since.
    """
    settled = settled_at()
    past = sorted(day for day in days if begin_of(day) <= settled)
    if not past or not _is_ours():
        return 0
    fetch(UNCOMPILED, [])
    ends = {"first": begin_of(past[0]), "last": begin_of(past[-1])}
    return len(fetch(_of_log(), _given(past) | ends))


def _is_ours() -> bool:
    [[ours]] = fetch(
        "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, backlog.NAME]
    )
    return bool(ours)


def _given(days: Sequence[date]) -> dict[str, object]:
    return {
        "measure": backlog.NAME,
        "view": backlog.VIEW,
        "zone": settings.DESK_TIME_ZONE,
        "days": list(days),
        "moments": [begin_of(day) for day in days],
    }


_MADE = """made AS (
    INSERT INTO webcare_roll
           (measure, view, grain, start, zone, from_at, to_at, known_until)
    SELECT %(measure)s, %(view)s, 'day', day, %(zone)s, moment, moment, moment
      FROM unnest(%(days)s::date[], %(moments)s::timestamptz[]) AS given(day, moment)
        ON CONFLICT DO NOTHING RETURNING id, from_at)"""
# How many tickets lay there, how old the oldest was, and their ages.
_AGES = backlog.ages_of("calendar")
_COUNTS = ", ".join(f"{ages} AS a{n}" for n, ages in enumerate(_AGES))
_SUMS = ", ".join(f"sum(a{n})" for n in range(len(_AGES)))


def _kept(lay: str) -> str:
    """Write cells of what lay there: by what they are of first, for most are alike."""
    return f"""
        WITH {_MADE}, {lay},
        grouped AS (
            SELECT roll, queue, topic, channel, priority, count(*) AS n,
                   max(calendar) AS oldest, {_COUNTS}
              FROM lay GROUP BY roll, queue, topic, channel, priority),
        cells AS (
            INSERT INTO webcare_cell
                   (roll_id, dimension, queue, key, counts, calendar_buckets,
                    calendar_cases, business_buckets, business_cases)
            SELECT roll, d.dimension, q.queue, d.key,
                   ARRAY[sum(n), max(oldest), {_SUMS}]::bigint[],
                   '{{}}', '{{}}', '{{}}', '{{}}'
              FROM grouped
             CROSS JOIN LATERAL (VALUES
                   ('none', {NONE}::bigint), ('topic', coalesce(topic, {NONE})),
                   ('channel', channel),
                   ('priority', array_position(ARRAY[{PRIORITIES}], priority) - 1)
                   ) AS d(dimension, key)
             CROSS JOIN LATERAL (
                   VALUES ({EVERY}::bigint), (coalesce(grouped.queue, {NONE}))
                   ) AS q(queue)
             GROUP BY roll, d.dimension, q.queue, d.key)
        SELECT id FROM made"""


def _of_tickets() -> str:
    return _kept(f"""lay AS MATERIALIZED (
        SELECT made.id AS roll, f.* FROM ({backlog.LAY}) AS f CROSS JOIN made)""")


_OPENED_THEN = opened_at("told", "from_at")
_STATUSES = ", ".join(f"'{status}'" for status in sorted(LIVE))


def _of_log() -> str:
    """A line holds from when it was recorded until the next, and adds to those before.

    One that was recorded earlier than the line before it hides that one. When a
    ticket was opened is as it was known then.
    """
    return _kept(f"""told AS MATERIALIZED (
            SELECT k.id, k.opened_at, k.channel_id, e.recorded_at AS since,
                   min(e.recorded_at) OVER (PARTITION BY k.id ORDER BY e.id
                       ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS until,
                   webcare_all_told(e.data) OVER (PARTITION BY k.id ORDER BY e.id)
                       AS state
              FROM webcare_ticket k JOIN webcare_ticketevent e ON e.ticket_id = k.id
             WHERE e.recorded_at <= %(last)s
               AND (k.opened_at <= %(last)s
                    OR k.id IN (SELECT ticket_id FROM webcare_ticketopening))
               AND (k.changed_at > %(first)s OR k.status IN ({_STATUSES}))
               AND e.data ?| ARRAY['status', 'queue', 'topic', 'priority']),
        lay AS (
            SELECT made.id AS roll, (state->>'queue')::bigint AS queue,
                   (state->>'topic')::bigint AS topic, channel_id AS channel,
                   coalesce(state->>'priority', 'normal') AS priority,
                   floor(extract(epoch FROM from_at - opening.at))::bigint AS calendar
              FROM made JOIN told ON since <= from_at
                   AND (until > from_at OR until IS NULL)
             CROSS JOIN LATERAL (SELECT {_OPENED_THEN} AS at OFFSET 0) AS opening
             WHERE opening.at <= from_at AND state->>'status' IN ({_STATUSES}))""")
