"""An answer is posted once, or its doubt is visible: R6, and the order of R7."""

import pytest

from tests.faults.chaos import Chaos
from tests.faults.desk import wait_for
from tests.faults.invariants import broken
from tests.faults.replies import answer_all, disagreements, make_tickets
from tests.faults.standin import StandIn

pytestmark = pytest.mark.faults

# A fifth of the calls; in half of those the text stands on the platform all the same.
FAULTS = {
    "accept-then-500": 0.04,
    "accept-then-reset": 0.04,
    "accept-then-hang": 0.01,
    "error": 0.03,
    "reset": 0.03,
    "later": 0.03,
    "slow": 0.02,
}
KINDS = ("sender", "worker child", "relay", "web child", "sender", "beat")
UNSETTLED = """SELECT count(*) FROM conversations_delivery
                WHERE state IN ('waiting', 'sending', 'uncertain')"""


def answer_under_fire(desk, folder, say, *, tickets, each, seed, kills, patience):
    names = make_tickets(desk, tickets)
    with StandIn(desk, folder, FAULTS, seed) as platform:
        with Chaos(desk, seed=seed, kinds=KINDS, every=(0.5, 1.5)) as chaos:
            failures = answer_all(desk, names, each)
            wait_for(lambda: len(chaos.done) >= kills, 120, "too few faults")
        seconds = wait_for(
            lambda: desk.fetch(UNSETTLED) == [(0,)], patience, "answers unsettled"
        )
        desk.settle(60)
        say(
            f"\n{tickets * each} answers, {len(chaos.done)} faults,"
            f" all settled after {seconds:.0f} s"
        )
        assert not failures
        assert not disagreements(desk, platform, tickets * each)
        assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))


def test_every_answer_is_posted_once_in_order(desk, tmp_path, say):
    answer_under_fire(
        desk, tmp_path, say, tickets=40, each=3, seed=1, kills=10, patience=180
    )


@pytest.mark.slow
def test_many_answers_are_posted_once_in_order(desk, tmp_path, say):
    answer_under_fire(
        desk, tmp_path, say, tickets=200, each=5, seed=2, kills=50, patience=600
    )
