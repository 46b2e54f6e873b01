"""Processes that use embedded services, and a look at which ones run."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

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
