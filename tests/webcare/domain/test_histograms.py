from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webcare.domain import histograms
from webcare.domain.histograms import ERROR, EXACT, bucket, ends_of, middle, rounded
from webcare.domain.reports import EDGES

SECONDS = st.integers(0, 2**31 - 1)


@given(SECONDS)
def test_a_length_is_in_the_bucket_that_holds_it(seconds):
    shortest, longest = ends_of(bucket(seconds))
    assert shortest <= seconds <= longest


def test_buckets_follow_each_other_without_gap_or_overlap():
    number = after = 0
    while after < 2**31:
        shortest, longest = ends_of(number)
        assert shortest == after <= longest
        assert bucket(shortest) == bucket(longest) == number
        number, after = number + 1, longest + 1


def test_what_is_shown_is_never_further_off_than_promised():
    """The worst of a bucket is one of its ends: all buckets, to 68 years."""
    for number in range(1, bucket(2**31 - 1) + 1):
        for seconds in ends_of(number):
            assert abs(middle(number) - seconds) <= ERROR * seconds


@given(SECONDS)
def test_rounding_is_off_by_at_most_one_percent(seconds):
    assert abs(rounded(seconds) - seconds) <= ERROR * seconds
    assert rounded(rounded(seconds)) == rounded(seconds)


@given(st.integers(0, EXACT))
def test_short_lengths_are_exact(seconds):
    assert rounded(seconds) == seconds


@pytest.mark.parametrize("edge", [15, 30, 60, 120, 240, 480, 1440])
def test_counts_up_to_usual_targets_are_exact(edge):
    assert histograms.is_edge(edge * 60)
    assert bucket(edge * 60) < bucket(edge * 60 + 1)


def test_the_buckets_of_reports_end_with_a_bucket():
    assert all(map(histograms.is_edge, EDGES))


@given(st.lists(SECONDS), st.lists(SECONDS))
def test_histograms_of_parts_add_up_to_that_of_the_whole(one, other):
    parts = [Counter(map(bucket, half)) for half in (one, other)]
    assert parts[0] + parts[1] == Counter(map(bucket, one + other))
