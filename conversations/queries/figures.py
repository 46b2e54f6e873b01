"""Where everything that came in is: counted from the rows, so that it adds up."""

from typing import NamedTuple

from conversations.models.bulk import fetch


class Waiting(NamedTuple):
    """Work of one stage."""

    stage: str
    pending: int
    set_aside: int
    oldest_seconds: float  # how long the longest waiting has been due


def work_by_stage() -> list[Waiting]:
    """Count what waits for each stage. The table holds nothing else, so it is small."""
    rows = fetch(
        """SELECT stage, count(*) FILTER (WHERE set_aside_at IS NULL),
                  count(*) FILTER (WHERE set_aside_at IS NOT NULL),
                  coalesce(extract(epoch FROM statement_timestamp() - min(due_at)
                           FILTER (WHERE set_aside_at IS NULL)), 0)::float8
             FROM conversations_work GROUP BY stage ORDER BY stage""",
        [],
    )
    return [Waiting(*row) for row in rows]


def unsettled_deliveries() -> dict[str, int]:
    """Count the texts that have not reached their end: state -> count."""
    return dict(
        fetch(
            """SELECT state, count(*) FROM conversations_delivery
                WHERE state IN ('waiting', 'sending', 'uncertain') GROUP BY state""",
            [],
        )
    )


def stopped_channels() -> int:
    """Count channels whose platform no longer accepts us."""
    [[count]] = fetch(
        "SELECT count(*) FROM conversations_channel WHERE stopped_at IS NOT NULL", []
    )
    return int(count)


def events_received() -> int:
    """Count what was ever kept: processed, pending and set aside together."""
    [[count]] = fetch("SELECT count(*) FROM conversations_inboundevent", [])
    return int(count)
