"""From the start of a turn to the first text that reached the author."""

import pytest

from webcare.models import Turn

pytestmark = pytest.mark.django_db


def test_who_hears_that_we_look_into_it_is_acknowledged_and_waits_on(
    asks, says, turns, at
):
    ticket = asks(at(16, 11, 0))
    says(ticket, at(16, 11, 1), holding=True)
    assert turns() == [("waiting", None, None)]

    says(ticket, at(16, 11, 10), holding=True)
    says(ticket, at(16, 11, 30))
    turn = Turn.objects.get()
    assert turn.acknowledged_at == at(16, 11, 1)
    assert turn.ended_at == at(16, 11, 30)


def test_without_one_the_answer_is_the_first_that_is_heard(asks, says, at):
    says(asks(at(16, 11, 0)), at(16, 11, 30))

    assert Turn.objects.get().acknowledged_at is None


def test_it_is_timed_as_a_first_answer_is(asks, says, figures, office, at):
    """Friday 16:30: heard at once by hand, Monday 9:30 of us, 10:00 answered."""
    first, second = asks(at(20, 16, 30)), asks(at(20, 16, 30), thread="k2")
    says(first, at(20, 16, 31), holding=True)
    says(second, at(23, 9, 30))
    says(first, at(23, 10, 0))

    def seconds(**given):
        span = {"from": at(20, 0).isoformat(), "to": at(21, 0).isoformat()}
        [line] = figures("response-times", exact="true", **span, **given)
        found = {one["percent"]: one["seconds"] for one in line["percentiles"]}
        return line["n"], found[50] / 60, found[90] / 60

    weekend = 65 * 60  # from 16:30 to 9:30
    assert seconds(of="acknowledgement") == (2, 1, weekend)
    assert seconds(of="first") == (2, weekend, weekend + 30)
    assert seconds(of="acknowledgement", clock="business") == (2, 1, 60)


def test_a_question_that_came_in_late_was_acknowledged_as_long_after(
    asks, says, office, at
):
    says(asks(at(16, 11, 0)), at(16, 11, 1), holding=True)
    asks(at(16, 8, 30))

    turn = Turn.objects.get()
    assert (turn.acknowledged_business_seconds, turn.acknowledged_in_hours) == (
        121 * 60,
        True,
    )


def test_closed_time_is_counted_apart(asks, says, figures, office, at):
    says(asks(at(21, 11, 0)), at(21, 11, 1), holding=True)

    span = {"from": at(21, 0).isoformat(), "to": at(22, 0).isoformat()}
    [line] = figures("response-times", of="acknowledgement", clock="business", **span)
    assert (line["ended"], line["answered_in_closed_time"]) == (0, 1)
