"""Writing down that a sweep is being made, so that nobody else hurries to it."""

from conversations.models.bulk import fetch


def begin(name: str) -> None:
    """Note that this sweep begins now; one that fails is due again all the same."""
    fetch(
        """INSERT INTO webcare_sweep (name) VALUES (%s)
               ON CONFLICT (name) DO UPDATE SET swept_at = statement_timestamp()""",
        [name],
    )
