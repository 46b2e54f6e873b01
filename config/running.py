"""The processes of `make up`: those of the Procfile, each with a keeper, until stopped.

A keeper is like those of PostgreSQL and Redis: what dies is started again, and all stop
when the process that asked for them ends in any way.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from config import desks, embedded
from config.embedded import keeper, users

CHECKOUT = Path(__file__).resolve().parents[1]
OF_A_DESK = CHECKOUT / "Procfile"
OF_THE_DEMO = CHECKOUT / "demo" / "Procfile"
PATIENCE = 60.0  # seconds for the first page
PERIOD = 0.2  # seconds between looks at what runs


class Failed(RuntimeError):
    """Webcare cannot run; the text says why."""


def url() -> str:
    return f"http://127.0.0.1:{os.environ['PORT']}"


def manage(*arguments: str, given: str = "", **environment: str) -> str:
    """Run a command of manage.py with `given` as its input, and return what it said.

    Raises Failed.
    """
    return finish(begin(*arguments, **environment), given)


def begin(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Let a command of manage.py run beside what follows, until `finish`."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends it through us, without a traceback
        preexec_fn=keeper.ends_with_us(signal.SIGKILL),
    )


def finish(command: subprocess.Popen[str], given: str = "") -> str:
    """Wait for a command that was begun, and return what it said. Raises Failed."""
    with command:
        try:
            said, complaint = command.communicate(given)
        except BaseException:
            command.kill()
            raise
    if command.returncode:
        words = cast(list[str], command.args)
        raise Failed(f"manage.py {words[2]} did not work:\n{complaint[-3000:]}")
    return said


def start(*, with_demo: bool) -> None:
    """Start the processes of a desk, and return once it shows its first page.

    `with_demo` also those that play customers, agents and platforms. The page is not
    kept waiting by the others, which find their work in the database. Raises Failed.
    """
    web, *others = _processes(OF_A_DESK)
    _start(*web)
    _wait_for_page()
    for name, command in others + (_processes(OF_THE_DEMO) if with_demo else []):
        _start(name, command)


def stop() -> None:
    """Stop all of them, at once; none runs on return."""
    named = _processes(OF_A_DESK) + _processes(OF_THE_DEMO)
    users.release({desks.home() / name for name, _ in named})


def _processes(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text().splitlines()
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name, command.strip()) for name, _, command in pairs]


def _start(name: str, command: str) -> None:
    home = embedded.private(desks.home() / name)
    users.hold(home)
    service = keeper.Service(
        folder=str(home),
        command=["sh", "-c", f"exec {command}"],
        stop_signal=signal.SIGTERM,
        cwd=str(CHECKOUT),
    )
    users.start_keeper(service)


def _wait_for_page() -> None:
    browser = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        users.look()
        try:
            browser.open(f"{url()}/readyz", timeout=5).close()
        except (URLError, OSError):
            time.sleep(PERIOD)
        else:
            return
    logs = desks.home()
    raise Failed(f"No page came within {PATIENCE:.0f} s; the logs are in {logs}.")


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is done, and how many seconds it took."""
    sys.stdout.write(f"{text} … ")
    sys.stdout.flush()
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:.1f} s")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
