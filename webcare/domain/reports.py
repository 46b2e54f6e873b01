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
# How far back reports reach: as long as there are messages.
LONGEST_DAYS = 3_660
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
    WEEK = "week"


class Clock(TextChoices):
    CALENDAR = "calendar"  # by the clock on the wall
    BUSINESS = "business"  # in the open hours of the queue


class Look(TextChoices):
    """Which cases a period is of: those that began in it, or those that ended."""

    COHORT = "cohort"
    EVENT = "event"


class Wait(TextChoices):
    """Which waits of authors response times are of."""

    ALL = "all"  # each of their questions, until our answer
    FIRST = "first"  # the first of a conversation
    NEXT = "next"  # every one after it
    # The first until they heard anything of us, were it that we look into it.
    ACKNOWLEDGEMENT = "acknowledgement"


# Upper edges of the age of what lies there, in days; the last part is open.
AGES = (1, 3, 7, 30)
# A ticket that is not reopened for so long has stayed resolved.
STAYED_DAYS = 7


@dataclass(frozen=True, slots=True)
class Times:
    """How long cases took, in seconds, those that still go on included.

    `ended` and `waiting` are the cases that the percentiles are of. A percentile is
    None when it is not reached. `buckets` count ended cases between EDGES.
    """

    ended: int = 0
    waiting: int = 0
    longest_waiting: int | None = None
    mean: float | None = None
    percentiles: tuple[int | None, ...] = (None,) * len(PERCENTILES)
    buckets: tuple[int, ...] = (0,) * (len(EDGES) + 1)

    @property
    def n(self) -> int:
        return self.ended + self.waiting


def share(part: int, whole: int) -> float | None:
    """Return part of whole, None of nothing: no figure is made of no cases."""
    return part / whole if whole else None


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
