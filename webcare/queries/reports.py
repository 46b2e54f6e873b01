"""Reports over turns and tickets, computed where the rows are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Permission
from webcare.domain.reports import EDGES, PERCENTILES, TOLERANCE, By, Figures
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries.people import EVERYWHERE, Rights


class Period(NamedTuple):
    """From the first instant up to, not including, the second."""

    start: datetime
    end: datetime


def response_times(user: User, period: Period, by: By | None) -> list[Figures]:
    """Return how long authors waited whose turn began in `period`.

    From the earliest unanswered message to the platform's acceptance of our answer.
    A turn without an end is counted as waiting until now. Raises NotAllowed.
    """
    return _figures(user, period, by, _TURNS, _TURN_KEYS)


def resolutions(user: User, period: Period, by: By | None) -> list[Figures]:
    """Return how long tickets took that were opened in `period`, open ones included.

    Tickets closed without an answer are in `left`. Raises NotAllowed.
    """
    return _figures(user, period, by, _TICKETS, _TICKET_KEYS)


def outcomes(user: User, period: Period) -> dict[str, int]:
    """Return what became of the tickets opened in `period`: outcome -> count."""
    rows = fetch(
        """SELECT k.resolution, count(*) FROM webcare_ticket k
            WHERE k.opened_at >= %(start)s AND k.opened_at < %(end)s
              AND k.resolution <> '' AND k.merged_into_id IS NULL
              AND (%(everywhere)s OR k.queue_id = ANY(%(queues)s))
            GROUP BY 1""",
        _scope(user, period, None),
    )
    return dict.fromkeys(Resolution.values, 0) | dict(rows)


def _figures(
    user: User, period: Period, by: By | None, cases: str, keys: Mapping[By, str]
) -> list[Figures]:
    key, join = _KEYS[by](keys[by]) if by else ("NULL::text", "")
    rows = fetch(
        f"WITH cases AS ({cases.format(key=key, join=join)}), {_CURVE}",
        _scope(user, period, by),
    )
    return [_line(row) for row in rows]


def _line(row: Sequence[Any]) -> Figures:
    key, ended, waiting, left, longest, mean = row[:6]
    marks = row[6 : 6 + len(PERCENTILES)]
    counts = row[6 + len(PERCENTILES) :]
    return Figures(
        key,
        ended,
        waiting,
        left,
        longest,
        None if mean is None else float(mean),
        tuple(marks),
        tuple(counts),
    )


def _scope(user: User, period: Period, by: By | None) -> dict[str, Any]:
    """Whose figures: those of the queues in which this person may see reports."""
    rights = Rights.of(user)
    queues = rights.where(Permission.SEE_REPORTS)
    if by == By.AGENT:
        queues = _both(queues, rights.where(Permission.SEE_PEOPLE))
    if not queues:
        raise NotAllowed
    return {
        "start": period.start,
        "end": period.end,
        "everywhere": EVERYWHERE in queues,
        "queues": sorted(queue for queue in queues if queue is not None),
        "zone": settings.DESK_TIME_ZONE,
        "tolerance": TOLERANCE,
    }


def _both(one: set[int | None], other: set[int | None]) -> set[int | None]:
    """The queues in both, where None stands for all of them."""
    if EVERYWHERE in one:
        return other
    return one if EVERYWHERE in other else one & other


# While a turn waits, its ticket knows where it is; when it ends it is written down.
_TURNS = """
    SELECT {key} AS key, t.outcome = 'left' AS is_left, t.outcome = 'answered' AS ended,
           coalesce(t.calendar_seconds, greatest(0, floor(extract(
               epoch FROM now() - t.started_at)))::bigint) AS seconds
      FROM webcare_turn t
      JOIN webcare_ticket k ON k.id = t.ticket_id
      {join}
     WHERE t.started_at >= %(start)s AND t.started_at < %(end)s
       AND (%(everywhere)s OR coalesce(t.queue_id, k.queue_id) = ANY(%(queues)s))"""
_TICKETS = """
    SELECT {key} AS key, k.resolution NOT IN ('', 'answered') AS is_left,
           k.resolution = 'answered' AS ended,
           coalesce(k.resolution_seconds, greatest(0, floor(extract(
               epoch FROM now() - k.opened_at)))::bigint) AS seconds
      FROM webcare_ticket k
      {join}
     WHERE k.opened_at >= %(start)s AND k.opened_at < %(end)s
       AND k.merged_into_id IS NULL
       AND (%(everywhere)s OR k.queue_id = ANY(%(queues)s))"""


def _named(table: str) -> Any:
    return lambda column: (
        "named.slug",
        f"LEFT JOIN {table} named ON named.id = {column}",
    )


_KEYS: dict[By, Any] = {
    By.QUEUE: _named("webcare_queue"),
    By.TOPIC: _named("webcare_topic"),
    By.CHANNEL: _named("conversations_channel"),
    By.AGENT: lambda column: (
        "named.public_id::text",
        f"LEFT JOIN webcare_user named ON named.id = {column}",
    ),
    By.PRIORITY: lambda column: (column, ""),
    By.HOUR: lambda column: (f"to_char({column} AT TIME ZONE %(zone)s, 'HH24')", ""),
    By.DAY: lambda column: (
        f"to_char({column} AT TIME ZONE %(zone)s, 'YYYY-MM-DD')",
        "",
    ),
}
_TURN_KEYS = {
    By.QUEUE: "coalesce(t.queue_id, k.queue_id)",
    By.TOPIC: "CASE t.outcome WHEN 'waiting' THEN k.topic_id ELSE t.topic_id END",
    By.CHANNEL: "t.channel_id",
    By.AGENT: "CASE t.outcome WHEN 'waiting' THEN k.agent_id ELSE t.answered_by_id END",
    By.PRIORITY: "CASE t.outcome WHEN 'waiting' THEN k.priority ELSE t.priority END",
    By.HOUR: "t.started_at",
    By.DAY: "t.started_at",
}
_TICKET_KEYS = {
    By.QUEUE: "k.queue_id",
    By.TOPIC: "k.topic_id",
    By.CHANNEL: "k.channel_id",
    By.AGENT: "k.agent_id",
    By.PRIORITY: "k.priority",
    By.HOUR: "k.opened_at",
    By.DAY: "k.opened_at",
}


def _percentile_columns() -> str:
    return ", ".join(
        f"min(seconds) FILTER (WHERE still <= {1 - percent / 100:g} + %(tolerance)s)"
        f" AS p{percent}"
        for percent in PERCENTILES
    )


def _bucket_columns() -> str:
    parts = []
    below = -1
    for edge in EDGES:
        parts.append(f"seconds > {below} AND seconds <= {edge}")
        below = edge
    parts.append(f"seconds > {below}")
    return ", ".join(
        f"count(*) FILTER (WHERE ended AND {part}) AS b{number}"
        for number, part in enumerate(parts)
    )


# Kaplan and Meier's estimate: at every length that somebody was answered after, the
# share of those still waiting falls by answered / at risk. The logarithms are added
# because SQL multiplies nothing; where all at risk were answered nobody is left.
_CURVE = f"""
    lengths AS (
        SELECT key, seconds, count(*) AS leaving, count(*) FILTER (WHERE ended) AS ends
          FROM cases WHERE NOT is_left GROUP BY key, seconds),
    risks AS (
        SELECT key, seconds, ends,
               sum(leaving) OVER (PARTITION BY key ORDER BY seconds DESC)::float8
                   AS at_risk
          FROM lengths),
    steps AS (
        SELECT key, seconds,
               CASE WHEN bool_or(ends = at_risk) OVER so_far THEN 0
                    ELSE exp(sum(ln(CASE WHEN ends = at_risk THEN 1
                                    ELSE 1 - ends / at_risk END)) OVER so_far)
               END AS still
          FROM risks WHERE ends > 0
        WINDOW so_far AS (PARTITION BY key ORDER BY seconds)),
    percentiles AS (
        SELECT key, {_percentile_columns()} FROM steps GROUP BY key),
    counts AS (
        SELECT key, count(*) FILTER (WHERE ended) AS ended,
               count(*) FILTER (WHERE NOT ended AND NOT is_left) AS waiting,
               count(*) FILTER (WHERE is_left) AS is_left,
               max(seconds) FILTER (WHERE NOT ended AND NOT is_left) AS longest,
               avg(seconds) FILTER (WHERE ended) AS mean, {_bucket_columns()}
          FROM cases GROUP BY key)
    SELECT c.key, c.ended, c.waiting, c.is_left, c.longest, c.mean,
           {", ".join(f"p.p{percent}" for percent in PERCENTILES)},
           {", ".join(f"c.b{number}" for number in range(len(EDGES) + 1))}
      FROM counts c LEFT JOIN percentiles p ON p.key IS NOT DISTINCT FROM c.key
     ORDER BY c.key NULLS LAST"""
