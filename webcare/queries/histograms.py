"""The buckets of `domain/histograms.py`, as PostgreSQL counts them."""

from webcare.domain import histograms
from webcare.domain.histograms import DOUBLINGS, EXACT, PARTS

_STARTS = ", ".join(str(one + 1) for one in DOUBLINGS)


def bucket(seconds: str) -> str:
    """The number of the bucket of a bigint expression, as an expression."""
    k = f"(width_bucket({seconds}, '{{{_STARTS}}}'::bigint[]) - 1)"
    start = f"({EXACT} << {k})"
    part = f"(({seconds} * {PARTS} + {start} - 1) / {start} - {PARTS})"
    return (
        f"CASE WHEN {seconds} <= {EXACT} THEN {seconds}"
        f" ELSE {EXACT} + {PARTS} * {k} + {part} END::int"
    )


def middle(number: str) -> str:
    """The length that stands for a bucket, as an expression."""
    k = f"(({number} - {EXACT + 1}) / {PARTS})::int"
    part = f"mod({number} - {EXACT + 1}, {PARTS})"
    start = f"({EXACT}::bigint << {k})"
    shortest = f"({start} + {start} * {part} / {PARTS} + 1)"
    longest = f"({start} + {start} * ({part} + 1) / {PARTS})"
    return (
        f"CASE WHEN {number} <= {EXACT} THEN {number}"
        f" ELSE ({shortest} + {longest}) / 2 END"
    )


def outlasted(seconds: str) -> str:
    """The last bucket of which the length that stands for it has passed by then."""
    number = f"({bucket(seconds)})"
    return f"{number} - ({middle(number)} > {seconds})::int"


def last_of(seconds: int) -> int:
    """The number of the bucket that ends with `seconds`, for counts up to there."""
    assert histograms.is_edge(seconds)
    return histograms.bucket(seconds)
