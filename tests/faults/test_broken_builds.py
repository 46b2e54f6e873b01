"""A rig that never caught a bad build proves nothing: here it has to catch four."""

import pytest

from tests.faults import broken_builds
from tests.faults.chaos import Chaos
from tests.faults.desk import wait_for
from tests.faults.invariants import broken, differences, set_aside
from tests.faults.load import Load
from tests.faults.replies import answer_all, disagreements, make_tickets
from tests.faults.standin import StandIn
from tests.faults.story import tell
from tests.faults.test_replies_once import UNSETTLED

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def make_broken(make_desk, tmp_path):
    """Start a desk that breaks a promise."""

    def start(name):
        desk = make_desk(checkout=broken_builds.make(name, tmp_path))
        for statement in broken_builds.BREAKS[name].sql:
            desk.fetch(statement)
        desk.start()
        return desk

    return start


@pytest.mark.parametrize(
    ("name", "kinds", "deletes"),
    [
        ("answers before the commit", ("web", "web child"), 0.05),
        ("ends the work before it is done", ("worker", "worker child"), 0.05),
        # Deletions have a lock of their own, which would hide this one.
        ("looks, then inserts", ("relay",), 0),
    ],
)
def test_a_build_that_loses_or_doubles_messages_is_caught(
    make_broken, say, name, kinds, deletes
):
    desk = make_broken(name)
    story = tell(17, 1_500, deletes=deletes)
    load = Load(desk, story.calls, rate=60)
    with Chaos(desk, seed=17, kinds=kinds, every=(0.5, 1.5)):
        ledger = load.start().finish()
    try:
        desk.settle(90)
    except AssertionError as never:
        caught = [str(never)]
    else:
        caught = [*differences(desk, story, ledger.acknowledged), *broken(desk)]
        caught += map(str, set_aside(desk))
    say(f"\n{name}: {caught[:3]}")
    assert caught


def test_a_build_that_sends_again_when_in_doubt_is_caught(make_broken, tmp_path, say):
    desk = make_broken("sends again when in doubt")
    names = make_tickets(desk, 20)
    with StandIn(desk, tmp_path, {"accept-then-500": 0.1}) as platform:
        answer_all(desk, names, 2)
        wait_for(lambda: desk.fetch(UNSETTLED) == [(0,)], 120, "answers unsettled")
        caught = disagreements(desk, platform, 40)
    say(f"\nsends again when in doubt: {caught[:3]}")
    assert caught
