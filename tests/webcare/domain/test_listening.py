"""More or less than before: told where it is plain, and not by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from webcare.domain.listening import CERTAIN, LEAST, MUCH, Trend, trend_of


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (0, 0, Trend.STEADY),
        (4, 0, Trend.STEADY),  # too few to say anything
        (5, 0, Trend.NEW),
        (30, 40, Trend.RISING),
        (11, 40, Trend.STEADY),
        (100, 400, Trend.STEADY),
        (0, 40, Trend.FALLING),
        (1_100, 4_000, Trend.STEADY),  # certain, and not worth telling
        (10_000, 16_000, Trend.RISING),
    ],
)
def test_what_stands_out_is_told(now, before, told):
    assert trend_of(now, before, 4) == told


@given(st.integers(0, 500), st.integers(0, 2_000), st.integers(1, 12))
def test_it_is_the_exact_test_and_a_size_that_matters(now, before, times):
    both = now + before
    chance = 1 / (1 + times)
    is_more = both >= LEAST and now * times >= MUCH * before
    is_less = both >= LEAST and now * times * MUCH <= before

    def certain(side):
        return binomtest(now, both, chance, side).pvalue < CERTAIN

    told = trend_of(now, before, times)

    if told in (Trend.NEW, Trend.RISING):
        assert is_more and certain("greater")
        assert (told == Trend.NEW) is (before == 0)
    elif told == Trend.FALLING:
        assert is_less and certain("less")
    else:
        assert not (is_more and certain("greater"))
        assert not (is_less and certain("less"))
