"""Tickets put aside until a moment that has come."""

from collections.abc import Collection

from conversations.models.bulk import fetch


def snoozes_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a ticket should have been woken so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_ticket
              WHERE status = 'snoozed' AND snoozed_until
                    <= statement_timestamp() - make_interval(secs => %s))""",
        [for_seconds],
    )
    return [()] if is_due else []
