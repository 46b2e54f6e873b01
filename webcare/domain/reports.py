"""Response times as survival data: those who still wait count too.

An average of answered questions looks best when the service is worst, because the
longest waits are not in it yet. Kaplan and Meier (1958) use what is known of an open
case, that it has lasted at least so long; a percentile that too few have reached is
"not reached", never a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import TextChoices

PERCENTILES = (50, 75, 90, 95)
# Upper edges in seconds, each including its own; the last bucket is open.
EDGES = (15 * 60, 3_600, 4 * 3_600, 8 * 3_600, 24 * 3_600)
# Chances are products of fractions: equal ones may differ by this much.
TOLERANCE = 1e-9


class By(TextChoices):
    QUEUE = "queue"
    TOPIC = "topic"
    AGENT = "agent"
    CHANNEL = "channel"
    PRIORITY = "priority"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of a report, in calendar seconds. `key` is None where nothing is set.

    `ended` and `waiting` are the cases that the percentiles are of; `left` were closed
    on purpose without an answer and are in none of them. A percentile is None when it
    is not reached. `buckets` count ended cases between EDGES.
    """

    key: str | None
    ended: int
    waiting: int
    left: int
    longest_waiting: int | None
    mean: float | None
    percentiles: tuple[int | None, ...]
    buckets: tuple[int, ...]

    @property
    def n(self) -> int:
        return self.ended + self.waiting


def buckets() -> list[tuple[int, int | None]]:
    """Return the buckets: above the first, up to and including the second."""
    return [*pairwise((0, *EDGES)), (EDGES[-1], None)]


def neutral(cell: object) -> object:
    """Return a CSV cell that no spreadsheet takes for a formula.

    Full-width forms are read as plain ones by some, and space before is skipped.
    """
    if not isinstance(cell, str):
        return cell
    start = cell.lstrip(" \u00a0\u3000")[:1]
    return f"'{cell}" if start in _FORMULA_STARTS and start else cell


_FORMULA_STARTS: Sequence[str] = "=+-@\t\r\n＝＋－＠"
