"""A receiver that listens on a real socket, and a log that has come to rest."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from webcare.actions import fan_out as fanning
from webcare.actions.subscriptions import make_subscription
from webcare.models import Subscription, User


@dataclass
class Receiver:
    """Keeps every call, and answers what `says` returns: a status, or all of it."""

    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    says: Callable[[dict[str, str], bytes], Any] = lambda headers, body: 204
    url: str = ""

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.calls]


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    servers: list[ThreadingHTTPServer] = []

    def start() -> Receiver:
        receiver = Receiver()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                headers = {name.lower(): v for name, v in self.headers.items()}
                call = (headers, self.rfile.read(length))
                receiver.calls.append(call)
                status, more = receiver.says(*call), {}
                if isinstance(status, tuple):
                    status, more = status
                self.send_response(status)
                for name, value in {"Content-Length": "0", **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        return receiver

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    return receivers()


@pytest.fixture
def subscribe(root: User, rest: Callable[[], None]) -> Callable[..., Subscription]:
    """Subscribe a receiver to what somebody sees; everything unless told."""

    def make(receiver: Receiver, owner: User | None = None, **more: Any) -> Any:
        rest()
        made, _ = make_subscription(
            user=root, owner=owner or root, name="test", url=receiver.url, **more
        )
        return made

    return make


@pytest.fixture
def fan_out(rest: Callable[[], None]) -> Callable[[], int]:
    def run() -> int:
        rest()
        return fanning.fan_out()

    return run
