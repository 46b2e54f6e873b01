"""A call that harms whoever reads it ends up alone, kept, and may go again: R8."""

import pytest

from tests.faults.desk import Desk
from tests.faults.invariants import broken, differences, set_aside
from tests.faults.load import Load
from tests.faults.poison.adapter import CURED
from tests.faults.story import tell

pytestmark = pytest.mark.faults

REDRIVE = "from conversations.actions.batches import redrive; redrive('read')"


def poison(harm: str, count: int) -> list[dict[str, object]]:
    return [
        {
            "external_id": f"{harm}-{number}",
            "text": f"poison: {harm}",
            "posted_at": "2026-01-05T09:00:00Z",
            "author": {"external_id": f"villain-{number}"},
        }
        for number in range(count)
    ]


def take_poison(desk: Desk, say, harm: str, *, count: int, seconds: float) -> None:
    """Tell a story with poison in it: set aside is the poison and nothing else."""
    story = tell(13, 300, edits=0, deletes=0)
    bad = poison(harm, count)
    step = len(story.calls) // count
    for number, item in enumerate(bad):
        story.calls.insert(number * step, [item])
    story.texts |= {str(item["external_id"]): str(item["text"]) for item in bad}

    ledger = Load(desk, story.calls, channel="poison").start().finish()
    took = desk.settle(seconds)

    say(f"\npoison that does {harm}: set aside after {took:.0f} s")
    assert not ledger.refused
    assert len(set_aside(desk)) == count
    found = broken(desk)
    assert not found, "\n".join(map(": ".join, found.items()))
    told = [name for name in story.texts if not name.startswith(harm)]
    assert not differences(desk, story, told)
    cure(desk)
    assert not differences(desk, story, ledger.acknowledged)


def cure(desk: Desk) -> None:
    """Start the workers anew with the fault repaired, and drive all of it again."""
    for process in desk.processes.values():
        process.environment[CURED] = "1"
    for name in ("worker", "relay"):
        desk.processes[name].clear()
    desk.run("manage.py", "shell", "-c", REDRIVE)
    desk.settle(90)
    assert not set_aside(desk)


def test_a_call_that_cannot_be_read_is_set_aside_alone(desk, say):
    take_poison(desk, say, "raise", count=3, seconds=90)


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["kill", "hang"])
def test_a_call_that_takes_its_worker_along_is_set_aside_alone(desk, say, harm):
    take_poison(desk, say, harm, count=1, seconds=300)
