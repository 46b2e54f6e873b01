"""The buckets of `domain/histograms.py`, as PostgreSQL counts them."""

from collections.abc import Iterable

from webcare.domain import histograms
from webcare.domain.histograms import DOUBLINGS, EXACT, PARTS

_NUMBERS = range(1, EXACT + PARTS * len(DOUBLINGS) + 1)


def _list(lengths: Iterable[int]) -> str:
    return f"'{{{','.join(map(str, lengths))}}}'::bigint[]"


# One search in a list takes a tenth of what working a bucket out does.
_BEGIN = _list(histograms.ends_of(number)[0] for number in _NUMBERS)
_MIDDLE = _list(histograms.middle(number) for number in _NUMBERS)


def bucket(seconds: str) -> str:
    """The number of the bucket of a bigint expression, as an expression."""
    return f"width_bucket({seconds}, {_BEGIN})"


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
    return f"width_bucket({seconds}, {_MIDDLE})"


def last_of(seconds: int) -> int:
    """The number of the bucket that ends with `seconds`, for counts up to there."""
    assert histograms.is_edge(seconds)
    return histograms.bucket(seconds)
