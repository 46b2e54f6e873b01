"""Whoever decides which ticket a thread's messages belong to goes one at a time."""

from collections.abc import Iterable

from conversations.models.bulk import fetch

# One thread `t`, held until the transaction ends: the first number is of threads.
HOLD_THREAD = "pg_advisory_xact_lock(2, (t %% 2147483647)::int)"


def lock_threads(threads: Iterable[int]) -> None:
    """Hold these threads until the transaction ends; before any ticket is locked."""
    fetch(
        f"SELECT {HOLD_THREAD} FROM unnest(%s::bigint[]) AS t",
        [sorted(set(threads))],
    )
