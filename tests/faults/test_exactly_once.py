"""Every message once, whatever is killed: promises R1, R2, R3 and R7."""

from collections.abc import Callable

import pytest

from tests.faults.chaos import Chaos
from tests.faults.desk import Desk
from tests.faults.invariants import broken, differences, set_aside
from tests.faults.load import Load
from tests.faults.story import tell

pytestmark = pytest.mark.faults

HEALED_SECONDS = 120
PROCESSES = ("web", "web child", "worker", "worker child", "relay", "beat")
SERVERS = ("redis", "redis flush", "postgres backend")
FREEZES = ("redis frozen", "worker frozen", "postgres")


def tell_under_fire(
    desk: Desk,
    say: Callable[[str], None],
    *,
    messages: int,
    seed: int,
    kinds: tuple[str, ...],
    rate: float,
) -> None:
    """Tell a story while processes are killed, let the desk heal, and compare."""
    story = tell(seed, messages)
    load = Load(desk, story.calls, rate=rate)
    with Chaos(desk, seed=seed, kinds=kinds) as chaos:
        ledger = load.start().finish()
    seconds = desk.settle(HEALED_SECONDS)
    say(
        f"\nseed {seed}: {messages} messages in {len(story.calls)} calls,"
        f" {len(chaos.done)} faults, {ledger.failed_tries} tries failed,"
        f" p95 {ledger.percentile(0.95) * 1000:.0f} ms, quiet after {seconds:.0f} s"
    )
    assert not ledger.refused
    assert ledger.acknowledged == set(story.texts)
    assert not differences(desk, story, ledger.acknowledged)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
    assert not set_aside(desk)


def test_every_message_becomes_one_while_processes_are_killed(desk, say):
    tell_under_fire(
        desk, say, messages=1_500, seed=1, kinds=PROCESSES + SERVERS, rate=50
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_every_message_becomes_one_whatever_is_killed(desk, say, seed):
    kinds = PROCESSES + SERVERS + FREEZES
    tell_under_fire(desk, say, messages=8_000, seed=seed, kinds=kinds, rate=70)
