from hypothesis import given
from hypothesis import strategies as st

from webcare.domain.wall import LEAST_ANSWERS, LEAST_OPEN, expected_wait


def test_those_ahead_and_oneself_take_the_mean_time_between_answers():
    # Twelve answers an hour is one in five minutes; the third in line waits fifteen.
    assert expected_wait(ahead=2, answered=24, open_seconds=7_200) == 15 * 60


def test_who_writes_to_an_empty_queue_waits_for_one_answer():
    assert expected_wait(ahead=0, answered=12, open_seconds=3_600) == 300


def test_too_little_to_go_by_says_nothing():
    assert expected_wait(3, LEAST_ANSWERS - 1, 7_200) is None
    assert expected_wait(3, LEAST_ANSWERS, LEAST_OPEN - 1) is None
    assert expected_wait(3, LEAST_ANSWERS, LEAST_OPEN) is not None


@given(st.integers(0, 10_000), st.integers(5, 5_000), st.integers(900, 7_200))
def test_more_ahead_is_never_sooner(ahead, answered, open_seconds):
    one = expected_wait(ahead, answered, open_seconds)
    more = expected_wait(ahead + 1, answered, open_seconds)
    assert one is not None
    assert more is not None
    assert more >= one
