"""Faults on a seeded schedule, against the processes of one desk and its servers."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import psycopg
import redis

from tests.faults.desk import Desk

Fault = Callable[[], None]


def faults_of(desk: Desk) -> dict[str, Fault]:
    """Every way in which this desk can be hurt, by name."""
    servers = desk.servers
    whole = {f"{name}": partial(_kill_whole, desk, name) for name in desk.processes}
    return whole | {
        "web child": partial(_kill_child, desk, "web"),
        "worker child": partial(_kill_child, desk, "worker"),
        "redis": lambda: os.kill(servers.redis_pid(), signal.SIGKILL),
        "redis flush": lambda: servers.redis().flushall(),
        "redis frozen": lambda: _freeze([servers.redis_pid()], 6),
        "worker frozen": lambda: _freeze(
            [desk.processes["worker"].pid, *desk.processes["worker"].children()], 5
        ),
        "postgres backend": partial(_kill_backend, desk),
        "postgres": lambda: os.kill(servers.postmaster_pid(), signal.SIGKILL),
    }


class Chaos:
    """Hurts the desk every few seconds until it is healed; `done` tells how."""

    def __init__(
        self,
        desk: Desk,
        *,
        seed: int,
        kinds: Sequence[str],
        every: tuple[float, float] = (1.0, 3.0),
    ) -> None:
        self._chance = random.Random(seed)
        self._faults = faults_of(desk)
        self._kinds = list(kinds)
        self._every = every
        self._healed = threading.Event()
        self._thread = threading.Thread(target=self._hurt, daemon=True)
        self.done: list[str] = []

    def __enter__(self) -> "Chaos":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._healed.set()
        self._thread.join()

    def _hurt(self) -> None:
        kinds: list[str] = []
        while not self._healed.wait(self._chance.uniform(*self._every)):
            # A fresh hand of all kinds each time, so that none is left out by chance.
            kinds = kinds or self._chance.sample(self._kinds, len(self._kinds))
            kind = kinds.pop()
            # What is to be hurt may be down, from the fault before.
            with contextlib.suppress(
                ProcessLookupError, IndexError, psycopg.Error, redis.RedisError, OSError
            ):
                self._faults[kind]()
                self.done.append(kind)


def _kill_whole(desk: Desk, name: str) -> None:
    """The main process; its children go with it, as systemd sees to."""
    os.kill(desk.processes[name].pid, signal.SIGKILL)


def _kill_child(desk: Desk, name: str) -> None:
    os.kill(random.choice(desk.processes[name].children()), signal.SIGKILL)


def _kill_backend(desk: Desk) -> None:
    os.kill(random.choice(desk.servers.backend_pids(desk.database)), signal.SIGKILL)


def _freeze(pids: Sequence[int], seconds: float) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
