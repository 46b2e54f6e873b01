"""Shares of something counted, with how sure one can be of them."""

from dataclasses import dataclass
from math import sqrt

from webcare.domain.reports import share

Z95 = 1.959963984540054  # the standard normal's 97.5th percentile
# Below this many a share is shown, and said to be of few.
FEW = 30
# Below this many it is not shown: it would say who answered what, and little else.
TOO_FEW = 5
TOP = frozenset({4, 5})  # the two boxes of people who are satisfied
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true share lies, with 95 % confidence."""

    low: float
    high: float


def wilson(part: int, whole: int) -> Interval:
    """Return Wilson's score interval for `part` of `whole`, at 95 %.

    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n): E. B. Wilson, "Probable
    inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212. It stays within 0 and 1 and
    holds for few answers and for shares near the ends, where p ± z·sqrt(p(1-p)/n)
    does neither. Of nothing it knows nothing: 0 to 1. Raises ValueError unless
    0 <= part <= whole.
    """
    if not 0 <= part <= whole:
        raise ValueError("a part is between nothing and the whole")
    if not whole:
        return Interval(0.0, 1.0)
    share, weight = part / whole, Z95**2 / whole
    middle = share + weight / 2
    reach = Z95 * sqrt(share * (1 - share) / whole + weight / (4 * whole))
    low, high = (middle - reach) / (1 + weight), (middle + reach) / (1 + weight)
    return Interval(max(0.0, low), min(1.0, high))


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Who was asked, who answered, and what: of one line of a report.

    `scores` count the answers from 1 to 5. Shares are of these counts and never of
    other shares.
    """

    planned: int
    asked: int
    waiting: int
    scores: tuple[int, int, int, int, int]
    skipped: dict[str, int]

    @property
    def answered(self) -> int:
        return sum(self.scores)

    @property
    def satisfied(self) -> int:
        """The top two boxes."""
        return sum(n for score, n in enumerate(self.scores, LOWEST) if score in TOP)

    @property
    def is_withheld(self) -> bool:
        return self.answered < TOO_FEW

    @property
    def is_small(self) -> bool:
        return self.answered < FEW

    @property
    def share(self) -> float | None:
        return None if self.is_withheld else share(self.satisfied, self.answered)

    @property
    def interval(self) -> Interval | None:
        return None if self.is_withheld else wilson(self.satisfied, self.answered)
