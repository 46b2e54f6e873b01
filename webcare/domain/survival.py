"""Kaplan and Meier's estimate, from how many ended after each length and who waits.

Between two lengths at which somebody is only known to have waited, nobody leaves but by
being answered, so the share of those still waiting falls as their number does. It is
multiplied only where somebody waits, and the length at which it has fallen far enough
is looked up among the numbers of those who ended.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from webcare.domain.reports import PERCENTILES, TOLERANCE


@dataclass(frozen=True, slots=True)
class Histogram:
    """So many `cases` of each of `lengths`, which ascend; none is of no cases."""

    lengths: Sequence[int] = ()
    cases: Sequence[int] = ()
    # How many are of one of the first lengths: of none of them, of one, of two, …
    below: list[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "below", [0, *accumulate(self.cases)])

    @property
    def total(self) -> int:
        return self.below[-1]

    def between(self, ends: Iterable[int]) -> tuple[int, ...]:
        """Count those up to each of the ascending `ends`, and those above the last."""
        counts = [self.below[bisect_right(self.lengths, end)] for end in ends]
        return tuple(b - a for a, b in pairwise([0, *counts, self.total]))


def percentiles(ended: Histogram, waiting: Histogram) -> tuple[int | None, ...]:
    """Return after which length so many had ended; None where that is not reached.

    `waiting` has the last length that each who waits is known to have waited.
    """
    shares = [1 - percent / 100 + TOLERANCE for percent in PERCENTILES]
    found: list[int | None] = []
    for stretch in _stretches(ended, waiting):
        while len(found) < len(shares):
            length = _reached(ended, stretch, shares[len(found)])
            if length is None:
                break
            found.append(length)
    return (*found, *[None] * (len(shares) - len(found)))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The lengths from one place up to another, of which nobody waits in between."""

    first: int
    after: int
    still: float  # the share that waits where it begins
    at_risk: int


def _stretches(ended: Histogram, waiting: Histogram) -> Iterator[_Stretch]:
    first, still, at_risk = 0, 1.0, ended.total + waiting.total
    leaves = zip(waiting.lengths, waiting.cases, strict=True)
    for length, leaving in (*leaves, (None, 0)):
        after = len(ended.lengths)
        if length is not None:
            after = bisect_right(ended.lengths, length, first)
        if first < after:
            yield _Stretch(first, after, still, at_risk)
            ends = ended.below[after] - ended.below[first]
            still *= (at_risk - ends) / at_risk
            first, at_risk = after, at_risk - ends
        if after == len(ended.lengths):
            return  # who waits longer than anybody took to end changes no share
        at_risk -= leaving


def _reached(ended: Histogram, stretch: _Stretch, share: float) -> int | None:
    """The first length of a stretch after which no more than `share` wait."""
    most = stretch.at_risk * share / stretch.still
    wanted = ended.below[stretch.first] + stretch.at_risk - most
    place = bisect_left(ended.below, wanted, stretch.first + 1, stretch.after + 1)
    return ended.lengths[place - 1] if place <= stretch.after else None
