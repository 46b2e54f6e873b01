"""How long each of many thousands has waited by now, all at once.

Moments are microseconds since 1970 in UTC, lengths whole seconds.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from webcare.domain.histograms import DOUBLINGS, EXACT, PARTS, middle
from webcare.domain.survival import Histogram

Numbers = NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY, _QUARTER = 86_400, 900
_MIDDLES = np.array(
    [middle(number) for number in range(1, EXACT + PARTS * len(DOUBLINGS) + 1)]
)
_BUCKETS = len(_MIDDLES) + 1


class Hours(NamedTuple):
    """When it was open up to now: spans by when they began and how long they were, what
    was open before each, and all that was, in seconds."""

    begins: Sequence[int]
    lengths: Sequence[int]
    befores: Sequence[int]
    all_of: int


class Waits(NamedTuple):
    """How many of `cases` have outlasted each bucket of `lengths`, and the longest of
    them all in seconds."""

    longest: int
    lengths: Numbers
    cases: Numbers

    @property
    def total(self) -> int:
        return int(self.cases.sum())


def so_far(begun: Numbers, now: datetime) -> Numbers:
    """Return the seconds since each of these moments; what is to come has waited 0."""
    until = (now - _EPOCH) // timedelta(microseconds=1)
    return np.maximum(0, (until - begun) // _SECOND)


def open_so_far(begun: Numbers, hours: Hours) -> Numbers:
    """Return the open seconds since each of these moments."""
    at, begins = begun // _SECOND, np.array(hours.begins, dtype=np.int64)
    if not len(begins):
        return np.full(len(at), hours.all_of, dtype=np.int64)
    span = np.searchsorted(begins, at, side="right") - 1
    into = np.minimum(at - begins[span], np.array(hours.lengths)[span])
    gone = np.where(span < 0, 0, np.array(hours.befores)[span] + into)
    return hours.all_of - gone


def hours_of(begun: Numbers, zone: tzinfo) -> Numbers:
    """Return the hour of the day in which each of these moments is, from 0 to 23."""
    at = begun // _SECOND
    since = np.array(_offsets_change(np.unique(at // _DAY).tolist(), zone))
    ahead = np.array([_ahead(one, zone) for one in since.tolist()], dtype=np.int64)
    local = at + ahead[np.searchsorted(since, at, side="right") - 1]
    found: Numbers = local // 3_600 % 24
    return found


def _offsets_change(days: list[int], zone: tzinfo) -> list[int]:
    """Moments from which on the offset is what it is then: the begin of each day, and
    every quarter of one on which clocks are put forward or back."""
    found: list[int] = []
    for day in days:
        begin, end = day * _DAY, (day + 1) * _DAY
        same = _ahead(begin, zone) == _ahead(end, zone)
        found += [begin] if same else range(begin, end, _QUARTER)
    return found


def _ahead(second: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def by_key(keys: Numbers, seconds: Numbers) -> dict[int, Waits]:
    """Put those together that wait under the same key."""
    names, places = np.unique(keys, return_inverse=True)
    longest = np.zeros(len(names), dtype=np.int64)
    np.maximum.at(longest, places, seconds)
    outlasted = np.searchsorted(_MIDDLES, seconds, side="right")
    codes, cases = np.unique(places * _BUCKETS + outlasted, return_counts=True)
    begins = np.searchsorted(codes, np.arange(len(names) + 1) * _BUCKETS)
    return {
        int(name): Waits(
            int(longest[n]),
            codes[begins[n] : begins[n + 1]] - n * _BUCKETS,
            cases[begins[n] : begins[n + 1]],
        )
        for n, name in enumerate(names)
    }


def together(lengths: Numbers, cases: Numbers) -> Histogram:
    """Put lengths together that may stand in any order, and more than once."""
    if (lengths[1:] > lengths[:-1]).all():
        return Histogram(lengths.tolist(), cases.tolist())
    order = np.argsort(lengths, kind="stable")
    ordered = lengths[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    sums = np.add.reduceat(cases[order], first)
    return Histogram(ordered[first].tolist(), sums.tolist())
