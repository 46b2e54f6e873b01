"""Sweeps that have not been made for too long: asked of one row each.

Beat rings for them as well; where there is no beat, or no broker, the relay finds them
here and rings, or makes them itself.
"""

from collections.abc import Collection

from conversations.models.bulk import fetch

# Name -> how many seconds after one the next is due.
EVERY = {
    "claim_timed_rules": 30,
    "return_work": 10,
    "offer_waiting": 10,
    "close_resolved": 60,
    "expire_approvals": 30,
}
Due = Collection[tuple[int, ...]]


def _due(name: str, for_seconds: float) -> Due:
    [[is_due]] = fetch(
        """SELECT NOT EXISTS (
             SELECT FROM webcare_sweep
              WHERE name = %s
                AND swept_at > statement_timestamp() - make_interval(secs => %s))""",
        [name, EVERY[name] + for_seconds],
    )
    return [()] if is_due else []


def timed_rules_due(*, for_seconds: float = 0) -> Due:
    return _due("claim_timed_rules", for_seconds)


def returns_due(*, for_seconds: float = 0) -> Due:
    return _due("return_work", for_seconds)


def offers_due(*, for_seconds: float = 0) -> Due:
    return _due("offer_waiting", for_seconds)


def closes_due(*, for_seconds: float = 0) -> Due:
    return _due("close_resolved", for_seconds)


def approvals_due(*, for_seconds: float = 0) -> Due:
    return _due("expire_approvals", for_seconds)
