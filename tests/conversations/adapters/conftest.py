import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from hypothesis import HealthCheck, settings

from conversations.adapters.signatures import new_secret

# How long an example takes says more about the machine than about the code.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

Talk = Callable[[socket.socket], None]


def _read_request(line: socket.socket) -> bytes:
    request = _more(line)
    while b"\r\n\r\n" not in request:
        request += _more(line)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        body += _more(line)
    return head + b"\r\n\r\n" + body


def _more(line: socket.socket) -> bytes:
    if not (found := line.recv(65_536)):
        raise ConnectionError("The caller hung up.")
    return found


@pytest.fixture
def read_request() -> Callable[[socket.socket], bytes]:
    """Reads one whole request, head and body."""
    return _read_request


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def secrets() -> list[str]:
    return [new_secret()]


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], str]]:
    """Give every caller's socket to a function; returns the address to call."""
    listeners: list[socket.socket] = []
    threads: list[Thread] = []

    def loop(listener: socket.socket, talk: Talk) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(5)
                try:
                    talk(line)
                except OSError:
                    continue

    def start(talk: Talk) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        thread = Thread(target=loop, args=[listener, talk], daemon=True)
        threads.append(thread)
        thread.start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/callback"

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(6)


@pytest.fixture
def answering(serve: Callable[[Talk], str]) -> Callable[..., str]:
    """A server that reads one request and says these bytes."""

    def start(answer: bytes, seen: list[bytes] | None = None) -> str:
        def talk(line: socket.socket) -> None:
            request = _read_request(line)
            if seen is not None:
                seen.append(request)
            line.sendall(answer)

        return serve(talk)

    return start
