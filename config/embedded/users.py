"""What this process uses: the locks that keep its servers running."""

import atexit
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

from config.embedded import keeper
from config.embedded.places import Unavailable

PATIENCE = 60.0  # seconds for a server to answer, recovery after a crash included
SLOTS = 64  # test runs at the same time in one checkout
LOG_LIMIT = 1_000_000  # bytes of a server's log that a new keeper goes on from

_held: list[tuple[Path, int]] = []
_keepers: dict[str, tuple[keeper.Service, subprocess.Popen[bytes]]] = {}


class GaveUp(RuntimeError):
    """A program does not stay up; the text has its last words."""


def take_slot(folder: Path) -> int:
    """Return the first free number; it is ours until this process ends."""
    for number in range(1, SLOTS + 1):
        if keeper.take_now(folder / f"slot-{number}.lock") is not None:
            return number
    raise Unavailable(f"{SLOTS} processes use {folder} already.")


def hold(home: Path) -> None:
    """Be counted as a user of the server in `home`.

    Waits while a keeper that saw the last user go is still stopping its server.
    """
    _held.append((home, keeper.take(home / "users.lock", fcntl.LOCK_SH)))


def run(service: keeper.Service, answers: Callable[[], bool]) -> None:
    """Return once the server answers, with a keeper beside it.

    Raises Unavailable, with the server's own words, when it does not.
    """
    started: subprocess.Popen[bytes] | None = None

    def up() -> bool:
        nonlocal started
        if answers():
            return True
        if started and started.poll():
            raise Unavailable(f"A server ended at once: {last_words(service)}")
        # One that ended well met another keeper, which may just have been leaving.
        if started is None or started.poll() == 0:
            started = start_keeper(service)
        return False

    if not _wait(up, PATIENCE):
        raise Unavailable(f"A server does not answer: {last_words(service)}")


def start_keeper(service: keeper.Service) -> subprocess.Popen[bytes]:
    """Start a keeper for a service that `hold` was called for."""
    # Isolated, so that it is ready at once and imports nothing of ours; in a session
    # of its own, so that Ctrl-C reaches the users first and the servers last.
    command = [sys.executable, "-I", keeper.__file__, json.dumps(asdict(service))]
    log = log_of(service)
    is_long = log.exists() and log.stat().st_size > LOG_LIMIT
    with log.open("wb" if is_long else "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )
    _keepers[service.folder] = service, process
    return process


def look() -> None:
    """Give a new keeper to whatever lost its own; raises GaveUp when one gave up."""
    for service, process in list(_keepers.values()):
        code = process.poll()
        if code is None:
            continue
        if code > 0:
            raise GaveUp(f"{Path(service.folder).name}: {last_words(service)}")
        if _is_free(Path(service.folder, "keeper.lock")):
            start_keeper(service)


def log_of(service: keeper.Service) -> Path:
    return Path(service.folder, "log")


def last_words(service: keeper.Service) -> str:
    """Return the end of what the service wrote."""
    return log_of(service).read_text(errors="replace")[-2000:]


def release(homes: Collection[Path] | None = None) -> None:
    """Let go of the services in `homes`, or of all.

    Those that nobody else uses have stopped on return.
    """
    leaving = [pair for pair in _held if homes is None or pair[0] in homes]
    _held[:] = [pair for pair in _held if pair not in leaving]
    stopping = [home for home, users in leaving if _was_last(users)]
    for home in stopping:
        _wait(partial(_is_free, home / "keeper.lock"), 4 * keeper.PATIENCE)
    for folder in [str(home) for home, _ in leaving if str(home) in _keepers]:
        if Path(folder) in stopping:
            # Its lock is free a moment before it has ended; nobody may start it again.
            with suppress(subprocess.TimeoutExpired):
                _keepers[folder][1].wait(keeper.PATIENCE)
        if _keepers[folder][1].poll() is not None:
            del _keepers[folder]


def _was_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(users)
    return True


def _release_at_exit(owner: int) -> None:
    # A forked child shares our locks and must not let go of them for us.
    if os.getpid() == owner:
        release()


atexit.register(_release_at_exit, os.getpid())


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _is_free(lock: Path) -> bool:
    taken = keeper.take_now(lock)
    if taken is not None:
        os.close(taken)
    return taken is not None
