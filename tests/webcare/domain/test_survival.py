"""Percentiles against Kaplan and Meier's estimate, multiplied step by step."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webcare.domain.reports import PERCENTILES
from webcare.domain.survival import Histogram, percentiles

LENGTHS = st.lists(st.integers(0, 30), max_size=40)


@given(ended=LENGTHS, waiting=LENGTHS)
def test_percentiles_are_those_of_every_step(ended, waiting):
    found = percentiles(counted(ended), counted(waiting))

    assert found == tuple(step_by_step(ended, waiting, p) for p in PERCENTILES)


def step_by_step(ended, waiting, percent):
    """Who waits has waited that long, and was at risk until then."""
    still = Fraction(1)
    for length in sorted(set(ended)):
        at_risk = sum(other >= length for other in ended + waiting)
        still *= 1 - Fraction(ended.count(length), at_risk)
        if still <= 1 - Fraction(percent, 100):
            return length
    return None


def counted(lengths):
    found = sorted(set(lengths))
    return Histogram(found, [lengths.count(length) for length in found])


@pytest.mark.parametrize(
    ("ends", "counts"), [((), (6,)), ((4,), (0, 6)), ((5, 6, 9), (1, 2, 0, 3))]
)
def test_counts_between_ends_are_of_each_up_to_and_with_it(ends, counts):
    assert Histogram([5, 6, 10], [1, 2, 3]).between(ends) == counts
