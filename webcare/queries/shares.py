"""Counts of cases by whatever they are grouped by: what shares are made of.

A source is SQL that selects cases with `at`, `queue`, `topic`, `agent`, `channel` and
`priority` as they were at the event, and one number for each of its counts. Numbers
are added up, and never a share of anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.reports import By
from webcare.models import User
from webcare.queries.reports import Asked, scope


@dataclass(frozen=True, slots=True)
class Source:
    """Cases to count; `select` may use %(start)s and %(end)s."""

    select: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The numbers of one key; None where cases have none of it."""

    key: str | None
    counts: dict[str, int]


def count(source: Source, user: User, asked: Asked) -> list[Counted]:
    """Return one line per key, in their order: one statement, whatever there is.

    Of the queues in which this person may see reports; by agent, where they may see
    people too. What is in no queue is for who sees all of them. Raises NotAllowed, and
    Invalid where a name means nothing.
    """
    key, join = _KEYS[asked.by]
    sums = ", ".join(f'sum(f."{name}")::bigint' for name in source.counts)
    rows = fetch(
        f"""SELECT {key} AS key, {sums}
              FROM ({source.select}) AS f {join}
             WHERE f.at >= %(start)s AND f.at < %(end)s
               AND (%(everywhere)s OR f.queue = ANY(%(queues)s))
               AND (%(any_topic)s OR f.topic = ANY(%(topics)s))
               AND (%(channel)s::bigint IS NULL OR f.channel = %(channel)s)
             GROUP BY 1 ORDER BY 1 NULLS LAST""",
        _scope(user, asked),
    )
    return [_line(source, row) for row in rows if row[1] is not None]


def _line(source: Source, row: Sequence[Any]) -> Counted:
    return Counted(row[0], dict(zip(source.counts, row[1:], strict=True)))


def _scope(user: User, asked: Asked) -> dict[str, Any]:
    """Whose cases, by the same rule as all other reports."""
    found = scope(user, asked)
    return {
        "start": asked.period.start,
        "end": asked.period.end,
        "zone": settings.DESK_TIME_ZONE,
        "everywhere": found.queues is None,
        "queues": list(found.queues or ()),
        "any_topic": found.topics is None,
        "topics": list(found.topics or ()),
        "channel": found.channel,
    }


def _slug(table: str, column: str) -> tuple[str, str]:
    return "named.slug", f"LEFT JOIN {table} named ON named.id = {column}"


_LOCAL = "f.at AT TIME ZONE %(zone)s"
_KEYS: dict[By | None, tuple[str, str]] = {
    None: ("NULL::text", ""),
    By.QUEUE: _slug("webcare_queue", "f.queue"),
    By.TOPIC: _slug("webcare_topic", "f.topic"),
    By.CHANNEL: _slug("conversations_channel", "f.channel"),
    By.AGENT: (
        "named.public_id::text",
        "LEFT JOIN webcare_user named ON named.id = f.agent",
    ),
    By.PRIORITY: ("f.priority", ""),
    By.HOUR: (f"to_char({_LOCAL}, 'HH24')", ""),
    By.DAY: (f"to_char({_LOCAL}, 'YYYY-MM-DD')", ""),
    By.WEEK: (f"to_char({_LOCAL}, 'IYYY-\"W\"IW')", ""),
}
