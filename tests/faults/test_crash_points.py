"""Killed at each named place once: whatever was promised before it still holds."""

import pytest

from tests.faults.desk import wait_for
from tests.faults.invariants import broken, differences, set_aside
from tests.faults.load import Load
from tests.faults.replies import answer_all, disagreements, make_tickets
from tests.faults.standin import StandIn
from tests.faults.story import tell
from tests.faults.test_replies_once import UNSETTLED

pytestmark = [pytest.mark.faults, pytest.mark.slow]

# Which process dies, and where; of most places a later crossing tells more.
PLACES = [
    ("web", "intake.keeping:3"),
    ("web", "intake.kept:3"),
    ("worker", "work.claimed:2"),
    ("worker", "work.done:2"),
    ("worker", "work.committed:2"),
    ("worker", "nudge.sent:2"),
    ("relay", "nudge.sent:2"),
]
CALLS = ["delivery.claimed:2", "call.written:2", "delivery.answered:2"]


def has_died(process):
    """Whether it did; the death of a child shows in its log alone."""
    return process.starts > 1 or "SIGKILL" in process.log.read_text()


def await_death(desk, name):
    """Wait for it, and let the next life be one in which nobody is killed."""
    process = desk.processes[name]
    wait_for(lambda: has_died(process), 30, f"{name} did not die")
    process.clear()


@pytest.mark.parametrize(("process", "place"), PLACES)
def test_a_death_at_a_named_place_costs_and_doubles_nothing(make_desk, process, place):
    desk = make_desk()
    desk.start(**{process: place})
    story = tell(11, 120)

    load = Load(desk, story.calls).start()
    await_death(desk, process)
    ledger = load.finish()
    desk.settle(120)

    assert not ledger.refused
    assert not differences(desk, story, ledger.acknowledged)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
    assert not set_aside(desk)


@pytest.mark.parametrize("place", [*CALLS, "delivery.settled:2"])
def test_a_death_around_a_call_posts_nothing_twice(make_desk, tmp_path, place):
    desk = make_desk()
    desk.start(sender=place)
    names = make_tickets(desk, 5)

    with StandIn(desk, tmp_path, {}) as platform:
        failures = answer_all(desk, names, 2)
        wait_for(lambda: desk.fetch(UNSETTLED) == [(0,)], 150, "answers unsettled")
        desk.settle(60)

        assert desk.processes["sender"].starts > 1
        assert not failures
        assert not disagreements(desk, platform, 10)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
