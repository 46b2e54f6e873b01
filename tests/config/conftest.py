"""Starters: real processes that use embedded services of their own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from config.embedded.places import CHECKOUT

# Tells what it got, and then works with it until it is told to end.
STARTER = """
import os, sys
from config import embedded
embedded.provide(sys.argv[1])
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.read()
"""
SERVICES = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")
ORDINARY = 65534


class Starter:
    def __init__(self, var, name="test", prefix=(), **environment):
        kept = {key: v for key, v in os.environ.items() if key not in SERVICES}
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", STARTER, name],
            cwd=CHECKOUT,
            env=kept | {"WEBCARE_VAR": str(var)} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def urls(self):
        """Wait until it runs, and return the addresses of PostgreSQL and Redis."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return line.split()

    def error(self):
        """Wait until it has failed, and return what it said."""
        _, said = self.process.communicate(timeout=60)
        assert self.process.returncode
        return said

    def end(self, how=None):
        if how is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(how)
        self.process.wait(30)

    def close(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture
def var():
    """Return a folder of our own; what still runs in it at the end is stopped."""
    with _folder() as folder:
        yield folder


@pytest.fixture
def other_var():
    with _folder() as folder:
        yield folder


@contextlib.contextmanager
def _folder():
    folder = Path(tempfile.mkdtemp(prefix="wc-", dir="/tmp"))
    yield folder
    for process in running_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def starter(var):
    """Return a function that starts a process with services in `var`."""
    started = []

    def start(folder=var, name="test", prefix=(), **environment):
        started.append(Starter(folder, name, prefix, **environment))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def ordinary_user(var):
    """Return the words that make root an ordinary user, who owns `var`."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    prefix = (
        *("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"),
        *("env", "HOME=/"),
    )
    look = [*prefix, sys.executable, "-c", "import config"]
    if subprocess.run(look, cwd=CHECKOUT, capture_output=True).returncode:
        pytest.skip("an ordinary user cannot read this checkout")
    os.chown(var, ORDINARY, ORDINARY)
    return prefix


def running_in(folder):
    """Return the ids of the processes that work in a folder or were told of it."""
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != os.getpid() and _knows(process, str(folder))
    ]


def _knows(process, folder):
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace")
        place = os.readlink(process / "cwd")
    except OSError:
        return False
    return bool(words) and (folder in words or place.startswith(folder))


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
