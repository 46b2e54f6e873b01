from collections.abc import Sequence

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
