"""The demo's stand-in platform as a process of its own, with its ledger."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.ledger import Post, posts_in
from tests.faults.desk import CHECKOUT, Desk


class StandIn:
    """Takes what `desk` sends on its channels; a repeat is posted again, visibly.

    `faults` maps the platform's faults to their share of the calls, 0 to 1.
    """

    def __init__(
        self, desk: Desk, folder: Path, faults: Mapping[str, float], seed: int = 0
    ) -> None:
        self.desk = desk
        self.ledger = folder / "platform.db"
        self._command = [
            *(sys.executable, "-m", "demo.platform", "--posts-again"),
            *("--ledger", str(self.ledger), "--secret", desk.access["secret"]),
            *("--seed", str(seed), "--hang", "20"),
            *(f"--fault={name}={share}" for name, share in faults.items()),
        ]

    def __enter__(self) -> Self:
        self._program = subprocess.Popen(
            self._command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )
        assert self._program.stdout is not None
        told = json.loads(self._program.stdout.readline())
        self.desk.fetch(
            "UPDATE conversations_channel SET callback_url = %s", told["callback_url"]
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.kill()
        self._program.communicate()

    def posts(self) -> list[Post]:
        """What stands on the platform, in the order in which it came to stand there."""
        return posts_in(self.ledger)
