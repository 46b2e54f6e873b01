"""Real customers' messages, replayed twice and shuffled while a worker is killed.

The archive may be measured on and not be shipped: the test looks for it beside the
checkout and is skipped where it is not.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.chaos import Chaos
from tests.faults.desk import CHECKOUT
from tests.faults.invariants import broken, set_aside

pytestmark = [pytest.mark.faults, pytest.mark.slow]

NAME = Path("shared", "data", "eval_only_nc", "airline_until_2015-02-21.csv.gz")
MESSAGES = 6_597


def archive() -> Path | None:
    """Look for the archive in every folder above this file."""
    places = [folder / NAME for folder in Path(__file__).resolve().parents]
    return next((place for place in places if place.exists()), None)


@pytest.fixture
def replay(desk):
    """Return a function that replays the archive through the desk's intake."""
    path = archive()
    if path is None:
        pytest.skip("the archive is not here")

    def send(*options: str) -> str:
        command = [
            *(sys.executable, "manage.py", "replay", str(path), "--speed", "max"),
            *("--url", desk.url, "--channel", "shop", "--batch", "5"),
            *("--token", desk.access["token"], *options),
        ]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=desk.environment, capture_output=True, text=True
        )
        assert not done.returncode, done.stderr
        return done.stdout.strip()

    return send


def test_an_archive_replayed_twice_is_there_once(desk, replay, say):
    with Chaos(
        desk, seed=23, kinds=("worker child", "worker", "web child"), every=(0.5, 1.0)
    ) as chaos:
        say(f"\nfirst:    {replay()}")
        say(f"shuffled: {replay('--shuffle', '5')}")
    left = desk.settle(150)
    say(f"{len(chaos.done)} kills; quiet after {left:.0f} s")

    assert desk.fetch("SELECT count(*) FROM conversations_message") == [(MESSAGES,)]
    assert desk.fetch("SELECT count(*) FROM webcare_ticketmessage") == [(MESSAGES,)]
    assert not set_aside(desk)
    assert not (found := broken(desk)), "\n".join(map(": ".join, found.items()))
