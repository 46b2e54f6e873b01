from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch


def stages_due(stages: Sequence[str], *, for_seconds: float = 0) -> list[str]:
    """Return those of `stages` with work that has been due for at least this long."""
    due = """
        SELECT s.stage FROM unnest(%s::text[]) AS s(stage)
         WHERE EXISTS (
            SELECT FROM conversations_work w
             WHERE w.stage = s.stage AND w.set_aside_at IS NULL
               AND w.due_at <= statement_timestamp() - make_interval(secs => %s)
               AND coalesce(w.leased_until < statement_timestamp(), true))"""
    return [stage for [stage] in fetch(due, [list(stages), for_seconds])]


class SetAside(NamedTuple):
    """Work that a person has to look at; `error` is a reason without text."""

    stage: str
    subject: int
    attempts: int
    error: str
    set_aside_at: datetime


def set_aside(*, limit: int) -> list[SetAside]:
    """Return what was set aside, the newest first."""
    rows = fetch(
        """SELECT stage, subject_id, attempts, error, set_aside_at
             FROM conversations_work WHERE set_aside_at IS NOT NULL
            ORDER BY set_aside_at DESC LIMIT %s""",
        [limit],
    )
    return [SetAside(*row) for row in rows]
