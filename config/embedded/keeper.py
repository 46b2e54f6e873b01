"""Keep one program running for as long as somebody uses it, and then stop it.

A process of its own, started by `users.py` with one JSON argument. The kernel does
the counting: every user holds a shared lock on `users.lock`, which it loses however it
ends, so the keeper that gets that lock for itself knows that nobody is left.
`keeper.lock` is inherited by the program and its children: while it is taken, some of
them still run, and once it is free every pid file is a left-over.
"""

import ctypes
import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PERIOD = 0.1  # seconds between looks at the users and at the program
PATIENCE = 4.0  # seconds for each way of stopping, the gentlest first
QUICK_ENDS = 5  # a program that ends at once this often in a row is given up


@dataclass(frozen=True)
class Service:
    """A program to keep: where its locks are, how it starts and how it stops."""

    folder: str
    command: list[str]
    stop_signal: int
    stale: list[str] = field(default_factory=list)  # what a crash leaves in the way
    cwd: str = "/"


def take(path: Path, how: int) -> int:
    """Return a descriptor that holds the lock, for as long as it is open.

    Raises BlockingIOError when `how` says not to wait and the lock is taken.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, how)
    except BlockingIOError:
        os.close(lock)
        raise
    return lock


def take_now(path: Path) -> int | None:
    """Return a descriptor that holds the lock alone, or None when it is taken."""
    try:
        return take(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def keep(service: Service) -> None:
    """Run the program, again when it dies, until nobody uses it.

    Returns at once when another keeper is there. Ends with a failure when the program
    cannot run at all; its own words are in the log.
    """
    alive = take_now(Path(service.folder, "keeper.lock"))
    if alive is None:
        return
    for path in service.stale:
        Path(path).unlink(missing_ok=True)
    program, quick_ends, began = _start(service, alive), 0, time.monotonic()
    while take_now(Path(service.folder, "users.lock")) is None:
        time.sleep(PERIOD)
        if not _has_ended(program):
            continue
        quick_ends = quick_ends + 1 if time.monotonic() - began < PATIENCE else 0
        if quick_ends == QUICK_ENDS:
            sys.exit(f"This does not stay up: {shlex.join(service.command)}")
        time.sleep(quick_ends * PERIOD)
        program, began = _start(service, alive), time.monotonic()
    _stop(program, service.stop_signal)


def ends_with_us(number: int) -> Callable[[], None]:
    """Return what a child of ours does first, to get this signal when we are killed."""
    parent = os.getpid()

    def promise() -> None:
        # Linux tells the child when its parent is killed; nobody else would.
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, number)  # PR_SET_PDEATHSIG
            if os.getppid() != parent:
                os._exit(1)

    return promise


def _start(service: Service, alive: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        service.command,
        cwd=service.cwd,
        pass_fds=[alive],
        preexec_fn=ends_with_us(service.stop_signal),
        process_group=0,
    )


def _has_ended(program: subprocess.Popen[bytes]) -> bool:
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    if os.waitid(os.P_PID, program.pid, how) is None:
        return False
    # Not reaped yet, so its number, and that of its group, are still its own.
    _end_group(program)
    return True


def _stop(program: subprocess.Popen[bytes], gently: int) -> None:
    for number in (gently, signal.SIGQUIT):
        # `send_signal` would reap one that has just ended, before we look.
        os.kill(program.pid, number)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if _has_ended(program):
                return
            time.sleep(PERIOD / 2)
    _end_group(program)


def _end_group(program: subprocess.Popen[bytes]) -> None:
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()


if __name__ == "__main__":
    keep(Service(**json.loads(sys.argv[1])))
