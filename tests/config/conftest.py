"""Folders of our own, and starters in them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config.embedded.places import CHECKOUT
from tests.config.processes import Starter, running_in

ORDINARY = 65534


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
