"""Run programs as systemd would: what dies is cleared away and started again."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

RESTART_SECONDS = 0.1  # what systemd waits when nobody told it otherwise
PERIOD = 0.05


class Process:
    """One program, in a session of its own, that is kept running."""

    def __init__(
        self, name: str, command: str, cwd: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.command = command
        self.cwd = cwd
        self.environment = dict(environment)
        self.log = Path(environment["RIG_FOLDER"], f"{name}.log")
        self.starts = 0
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._program is not None, f"{self.name} was never started"
        return self._program.pid

    def start(self, **extra: str) -> None:
        """Start it; `extra` is in the environment of this one life only."""
        self.starts += 1
        with self.log.open("ab") as output:
            self._program = subprocess.Popen(
                ["sh", "-c", f"exec {self.command}"],
                cwd=self.cwd,
                env=self.environment | extra,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )

    @property
    def is_running(self) -> bool:
        return self._program is not None and self._program.poll() is None

    def children(self) -> list[int]:
        """The processes it forked, oldest first."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split()]
        except OSError:
            return []

    def clear(self) -> None:
        """End what is left of its group, like systemd ends a unit's processes."""
        if self._program is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()

    def terminate(self, patience: float) -> None:
        if self.is_running:
            os.kill(self.pid, signal.SIGTERM)
            self._wait(patience)
        self.clear()

    def _wait(self, seconds: float) -> None:
        assert self._program is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._program.wait(seconds)


class Supervisor:
    """Starts again whatever of `processes` ended, until told to stop."""

    def __init__(self, processes: list[Process]) -> None:
        self.processes = processes
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopping.wait(PERIOD):
            for process in self.processes:
                if process.starts and not process.is_running:
                    process.clear()
                    time.sleep(RESTART_SECONDS)
                    process.start()


def _end_with_us() -> None:
    # However the tests end, nothing of theirs stays behind.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
