"""The servers of a run: one PostgreSQL and Redis for all, and our own processes."""

import os
import secrets
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import embedded

CHECKOUT = Path(__file__).resolve().parents[1]
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
SHOWN = ("server_version", "shared_buffers", "max_connections")
WEB_PROCESSES = 4
# Two sizes are served at the same time, by floor and ours: with more threads their
# connections would not fit into PostgreSQL's usual hundred.
WEB_THREADS = 4
WORKER_PROCESSES = 2
PATIENCE = 60.0  # seconds until a server answers


@dataclass(frozen=True)
class Server:
    """A process tree of ours; `port` is 0 for one that is not asked anything."""

    process: subprocess.Popen[bytes]
    port: int = 0


def provide() -> dict[str, str]:
    """Start what is not given, set the environment, and return what was found.

    Ends the program when the database does not make commits durable: a figure taken
    without that is worth nothing.
    """
    embedded.provide("bench")
    log().write_bytes(b"")
    configure()
    os.environ["WEB_PROCESSES"] = str(WEB_PROCESSES)
    os.environ["WEB_THREADS"] = str(WEB_THREADS)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = {
            name: str(next(connection.execute(f"SHOW {name}"))[0])
            for name in DURABLE + SHOWN
        }
    if any(found[name] != "on" for name in DURABLE):
        sys.exit(f"Commits are not durable here: {found}")
    return found


def configure() -> None:
    """Let Django run here as in production, without anything that has to be chosen."""
    # The seed is kept between runs and sealed with this key; nothing in it is secret.
    key = urlsafe_b64encode(b"bench-only-not-secret-field-key!").decode()
    os.environ.setdefault("FIELD_KEY", key)
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
    os.environ["HTTPS"] = "false"


def log() -> Path:
    """Return the file that holds what the processes of the last run said."""
    return embedded.private(embedded.var() / "bench") / "processes.log"


def run(module: str, *arguments: str, database: str, given: str = "") -> str:
    """Run `python -m module` on a database, tell it `given`, return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT,
        env=_environment(database),
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def collect_static() -> None:
    """Let the pages find their files, as a deployment does."""
    run("manage", "collectstatic", "--no-input", database=os.environ["DATABASE_URL"])


@contextmanager
def web(
    application: str,
    *,
    database: str,
    settings: str = "",
    extra: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Serve a WSGI application the way production does, on a free port."""
    port = _free_port()
    extra = {"PORT": str(port), "HOST": "127.0.0.1", **(extra or {})}
    if settings:
        extra["DJANGO_SETTINGS_MODULE"] = settings
    command = ["-m", "gunicorn", "--config", "config/gunicorn.py", application]
    with process(command, database=database, extra=extra) as started:
        _wait_for(port, started)
        yield Server(started, port)


@contextmanager
def process(
    arguments: Sequence[str], *, database: str, extra: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python process of ours until the block ends."""
    with log().open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=_environment(database) | dict(extra or {}),
            stdout=output,
            stderr=output,
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _environment(database: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"A web server did not start; it says why in {log()}.")
