"""Shares say how sure one can be of them, and nothing where they are of too few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from webcare.domain.shares import Satisfaction, wilson


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts):
    part, whole = counts
    found = wilson(part, whole)
    low, high = (
        proportion_confint(part, whole, method="wilson") if whole else (0.0, 1.0)
    )

    assert found.low == pytest.approx(max(low, 0), abs=1e-9)
    assert found.high == pytest.approx(min(high, 1), abs=1e-9)


def test_of_nobody_nothing_is_known():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


def test_a_part_is_never_more_than_the_whole():
    with pytest.raises(ValueError, match="between"):
        wilson(2, 1)


def line(*scores):
    return Satisfaction(sum(scores), sum(scores), 0, scores, {})


def test_the_top_two_boxes_are_satisfied():
    found = line(1, 1, 2, 3, 3)

    assert (found.answered, found.satisfied, found.share) == (10, 6, 0.6)
    assert found.is_small


def test_of_fewer_than_five_answers_nothing_is_told():
    few, enough = line(0, 0, 0, 0, 4), line(0, 0, 0, 0, 5)

    assert (few.share, few.interval) == (None, None)
    assert (enough.share, enough.is_small) == (1.0, True)
    assert not line(0, 0, 0, 0, 30).is_small
