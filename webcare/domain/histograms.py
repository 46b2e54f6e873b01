"""Lengths of time in buckets that add up exactly: whole seconds, then less than 1 %.

Up to 225 s each second has its own bucket. Above, every doubling (225, 450, 900 s, …)
is cut into 64 equal parts, as in HdrHistogram (Tene, 2012), so a bucket is at most a
sixty-fourth of its length wide and its middle at most ERROR off. A quarter of an hour
is a doubling, so that 15 minutes and 1, 4, 8 and 24 hours end a bucket, themselves
included: counts up to them are exact.

What is rolled up holds these numbers: with another scheme everything is rolled up anew.
"""

from itertools import pairwise

EXACT = 225
PARTS = 64
# The most that a middle differs from any length in its bucket, as a share of it.
ERROR = 0.01
# Where doublings begin: enough for 2^31 seconds, which is 68 years.
DOUBLINGS = tuple(EXACT << k for k in range(24))


def bucket(seconds: int) -> int:
    """Return the number of the bucket that a length of whole seconds falls in."""
    if seconds <= EXACT:
        return seconds
    doubling = ((seconds - 1) // EXACT).bit_length() - 1
    start = EXACT << doubling
    part = -(-(seconds - start) * PARTS // start)
    return EXACT + PARTS * doubling + part


def ends_of(number: int) -> tuple[int, int]:
    """Return the shortest and the longest whole seconds that a bucket holds."""
    if number <= EXACT:
        return number, number
    doubling, part = divmod(number - EXACT - 1, PARTS)
    start = EXACT << doubling
    shortest, longest = (start + start * p // PARTS for p in (part, part + 1))
    return shortest + 1, longest


def middle(number: int) -> int:
    """Return the length that stands for all of a bucket: what figures show."""
    return sum(ends_of(number)) // 2


def rounded(seconds: int) -> int:
    """Return the length that is shown for `seconds`, at most ERROR off."""
    return middle(bucket(seconds))


def is_edge(seconds: int) -> bool:
    """Whether counts of lengths up to and including `seconds` are exact."""
    return ends_of(bucket(seconds))[1] == seconds


assert all(2 * one == other for one, other in pairwise(DOUBLINGS))
