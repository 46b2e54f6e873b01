"""A whole desk of the rig's own: the Procfile's processes on servers nobody shares."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from tests.faults.processes import Process, Supervisor
from tests.faults.servers import Servers

CHECKOUT = Path(__file__).resolve().parents[2]
NOWHERE = "unix:///nonexistent/redis.sock"  # a Redis that was never started
READY_SECONDS = 60.0


class Desk:
    """Web, worker, sender, beat and relay, kept running as in production.

    `checkout` is the code that runs, ours or a copy that is broken on purpose.
    """

    def __init__(
        self,
        *,
        servers: Servers,
        database: str,
        folder: Path,
        checkout: Path = CHECKOUT,
        redis_url: str | None = None,
    ) -> None:
        self.servers = servers
        self.database = database
        self.database_url = servers.database_url(database)
        self.folder = folder
        self.checkout = checkout
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = self._environment(redis_url or servers.redis_url)
        self.processes = {
            name: Process(name, command, checkout, self.environment)
            for name, command in _procfile(checkout)
        }
        self._supervisor = Supervisor(list(self.processes.values()))
        self.access: dict[str, str] = {}

    def _environment(self, redis_url: str) -> dict[str, str]:
        """Nothing is taken over from ours that could lead to somebody else's server."""
        programs = Path(sys.executable).parent
        return {
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(self.checkout),
            **self._bytecode(),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": redis_url,
            "MODEL_CACHE": str(self.folder / "models"),
            "PORT": str(self.port),
            "WEB_PROCESSES": "2",
            "WEB_THREADS": "4",
            "WORKER_PROCESSES": "2",
            "RIG_FOLDER": str(self.folder),
        }

    def _bytecode(self) -> dict[str, str]:
        """What is compiled once is used by all, and by who comes back: else that would
        take longer than all else at a start. A broken copy leaves nothing behind."""
        kept = {"PYTHONPYCACHEPREFIX": sys.pycache_prefix} if sys.pycache_prefix else {}
        is_ours = self.checkout == CHECKOUT
        return kept if is_ours else kept | {"PYTHONDONTWRITEBYTECODE": "1"}

    def prepare(self) -> str:
        """Migrate the database, put a desk into it; returns what opens it, as JSON."""
        self.run("manage.py", "migrate", "--no-input")
        return self.run("-m", "tests.faults.seed")

    def run(self, *arguments: str) -> str:
        """Run one command of the desk to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert not done.returncode, done.stderr[-3000:]
        return done.stdout

    def start(self, **crash: str) -> None:
        """Start all processes and wait for the web; `crash` maps one to a place."""
        for name, process in self.processes.items():
            process.start(**({"CRASH_AT": crash[name]} if name in crash else {}))
        self._supervisor.start()
        wait_for(self.answers, READY_SECONDS, f"no web on {self.url}")

    def stop(self) -> None:
        self._supervisor.stop()
        for process in self.processes.values():
            process.clear()

    def answers(self) -> bool:
        pool = urllib3.PoolManager(retries=False, timeout=2)
        try:
            return pool.request("GET", f"{self.url}/hooks/shop").status == 405
        except urllib3.exceptions.HTTPError:
            return False

    @contextmanager
    def connection(self) -> Iterator["psycopg.Connection[Any]"]:
        with psycopg.connect(
            self.database_url, autocommit=True, connect_timeout=5
        ) as connection:
            yield connection

    def fetch(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.connection() as connection:
            found = connection.execute(sql, parameters)
            return found.fetchall() if found.description else []

    def waiting(self) -> int:
        """How much work is left that nobody set aside, and who has not read the log."""
        [[count]] = self.fetch(
            """SELECT (SELECT count(*) FROM conversations_work
                        WHERE set_aside_at IS NULL)
                    + (SELECT count(*) FROM webcare_subscription s
                        WHERE EXISTS (SELECT FROM webcare_ticketevent e
                               WHERE (e.written_in, e.id) > (s.written_in, s.event)))
            """
        )
        return int(count)

    def settle(self, seconds: float) -> float:
        """Wait until nothing is left to do; returns how long that took, in seconds."""
        return wait_for(
            lambda: self.waiting() == 0, seconds, "work is left", ignore=psycopg.Error
        )


def wait_for(
    condition: Any,
    seconds: float,
    complaint: str,
    ignore: type[Exception] | tuple[type[Exception], ...] = (),
) -> float:
    """Return after how many seconds `condition` held; fails when it never does."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if condition():
                return time.monotonic() - began
        except ignore:
            pass
        time.sleep(0.1)
    raise AssertionError(f"after {seconds:.0f} s: {complaint}")


def open_desk(desk: Desk, access: str) -> Desk:
    """Give the desk what `seed` printed when its template was made."""
    desk.access = json.loads(access)
    return desk


def _procfile(checkout: Path) -> Iterator[tuple[str, str]]:
    for line in (checkout / "Procfile").read_text().splitlines():
        name, _, command = line.partition(":")
        yield name, command.strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
