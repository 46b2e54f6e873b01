"""A platform to talk to: takes signed callbacks, posts them, and can misbehave.

    python -m demo.platform --port 0 --ledger var/platform.db --secret whsec_…

prints one line of JSON with its addresses once it listens. It stands in for the far
side in the demo and in tests; its ledger tells what really was posted, whatever it
answered.
"""

import argparse
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import unquote

from conversations.adapters.signatures import verify
from conversations.exceptions import SignatureRejected
from demo.faults import REFUSALS, Fault, Faults
from demo.ledger import Call, Ledger, Post, Upload, calls_in, files_in, posts_in

CALLBACK = "/callback"
ACCOUNT = "The demo desk"  # as whom we are known there
MAX_BODY = 1_000_000  # bytes
MAX_FILE = 20_000_000


class Platform:
    """A platform on loopback, in threads of this process.

    `idempotent` off posts again whenever asked again, so that a double send shows in
    `posts()`. `hang`, `slow` and `retry_after` are in seconds.
    """

    def __init__(
        self,
        ledger: Path,
        secrets: Sequence[str],
        *,
        port: int = 0,
        faults: Faults | None = None,
        idempotent: bool = True,
        hang: float = 30.0,
        slow: float = 2.0,
        retry_after: int = 1,
    ) -> None:
        self.path = ledger
        self.secrets = secrets
        self.faults = faults or Faults()
        self.idempotent = idempotent
        self.hang = hang
        self.slow = slow
        self.retry_after = retry_after
        self.stopping = Event()
        self.ledger = Ledger(ledger)
        self._server = _Server(("127.0.0.1", port), _Handler, self)
        self._thread = Thread(
            target=self._server.serve_forever, args=[0.1], daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def callback_url(self) -> str:
        return self.url + CALLBACK

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer nothing any more; the ledger stays."""
        self.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self.ledger.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def posts(self) -> list[Post]:
        return posts_in(self.path)

    def files(self) -> list[Upload]:
        return files_in(self.path)

    def calls(self) -> list[Call]:
        return calls_in(self.path)

    def fault_for(self, delivery_id: str) -> Fault | None:
        return self.faults.of(delivery_id, self.ledger.tries_of(delivery_id))


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined, so that the ledger closes after the last call
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type["_Handler"], platform: Platform
    ) -> None:
        self.platform = platform
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is not our error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0  # seconds a caller may be silent on an open line

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._answer(200, {"status": "ok"})
        if not self.path.startswith(f"{CALLBACK}/"):
            return self._answer(404, {"detail": "There is nothing here."})
        if not self._proved(b""):
            return None
        delivery_id = unquote(self.path.removeprefix(f"{CALLBACK}/"))
        known = self.server.platform.ledger.id_of(delivery_id)
        self.server.platform.ledger.note("GET", delivery_id, "found" if known else "no")
        if known is None:
            told = {"detail": "No such delivery.", "account": ACCOUNT}
            return self._answer(404, told)
        return self._answer(200, {"external_id": known})

    def do_POST(self) -> None:
        if self.path != CALLBACK:
            return self._answer(404, {"detail": "There is nothing here."})
        body = self._body(MAX_BODY)
        if body is None or not self._proved(body):
            return None
        if act := _act(body):
            return self._act(*act)
        given = _read(body)
        if given is None:
            return self._answer(422, {"detail": "The fields are not as agreed."})
        if not self.server.platform.ledger.has_all(given):
            return self._answer(422, {"detail": "A file of it is not here."})
        return self._treat(given, self.server.platform.fault_for(given["delivery_id"]))

    def do_PUT(self) -> None:
        """A file, beneath the address of the delivery that will name it."""
        delivery_id, _, file_id = self.path.removeprefix(f"{CALLBACK}/").partition("/")
        if not self.path.startswith(f"{CALLBACK}/") or not file_id:
            return self._answer(404, {"detail": "There is nothing here."})
        body = self._body(MAX_FILE)
        if body is None or not self._proved(body):
            return None
        platform = self.server.platform
        fault = platform.fault_for(file_id)
        platform.ledger.note("PUT", file_id, str(fault or "kept"))
        if fault is Fault.RESET:
            return self._reset()
        if refusal := REFUSALS.get(fault) if fault else None:
            return self._refuse(*refusal)
        kind, digest = self.headers.get("Content-Type", ""), sha256(body).hexdigest()
        platform.ledger.keep(delivery_id, file_id, kind, digest, len(body))
        if fault is Fault.ACCEPT_THEN_RESET:
            return self._reset()
        return self._answer(200, {"status": "kept"})

    def _body(self, most: int) -> bytes | None:
        """The bytes that were sent; None, and answered, where they are too many."""
        length = self.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) <= most:
            return self.rfile.read(int(length))
        self._answer(413, {"detail": "The body is too long or unmeasured."})
        return None

    def _proved(self, body: bytes) -> bool:
        try:
            verify(
                headers={name.lower(): text for name, text in self.headers.items()},
                body=body,
                secrets=self.server.platform.secrets,
                now=datetime.now(UTC),
            )
        except SignatureRejected as error:
            self._answer(401, {"detail": str(error)})
            return False
        return True

    def _treat(self, given: dict[str, Any], fault: Fault | None) -> None:
        refusal = REFUSALS.get(fault) if fault else None
        if refusal is None and fault is not Fault.RESET:
            return self._accept(given, fault)
        platform = self.server.platform
        platform.ledger.note("POST", given["delivery_id"], str(fault))
        if refusal is None:
            return self._reset()
        return self._refuse(*refusal)

    def _act(self, act_id: str, act: str, message: str) -> None:
        """Hide, like or retract: noted, and the same however often it is asked."""
        platform = self.server.platform
        fault = platform.fault_for(act_id)
        refusal = REFUSALS.get(fault) if fault else None
        platform.ledger.note("POST", act_id, str(fault or f"{act} {message}"))
        if fault is Fault.RESET:
            return self._reset()
        if refusal is None:
            return self._answer(200, {"status": "done"})
        return self._refuse(*refusal)

    def _refuse(self, status: int, detail: str) -> None:
        after = str(self.server.platform.retry_after)
        wait = {"Retry-After": after} if status == 429 else {}
        return self._answer(status, {"detail": detail}, wait)

    def _accept(self, given: dict[str, Any], fault: Fault | None) -> None:
        platform = self.server.platform
        external_id = platform.ledger.accept(
            given, fault or "accepted", idempotent=platform.idempotent
        )
        if fault is Fault.ACCEPT_THEN_500:
            return self._answer(500, {"detail": "Something broke after posting."})
        if fault is Fault.ACCEPT_THEN_RESET:
            return self._reset()
        if fault is Fault.ACCEPT_THEN_HANG:
            platform.stopping.wait(platform.hang)
            return self._reset()
        if fault is Fault.SLOW:
            platform.stopping.wait(platform.slow)
        return self._answer(200, {"external_id": external_id})

    def _answer(
        self,
        status: int,
        body: dict[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """End the line with RST, as a crashed machine would."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """The ledger is the log."""


def _act(body: bytes) -> tuple[str, str, str] | None:
    """The fields of an act; None when this is no act."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    names = ("act_id", "act", "message")
    if isinstance(given, dict) and all(isinstance(given.get(n), str) for n in names):
        return given["act_id"], given["act"], given["message"]
    return None


def _read(body: bytes) -> dict[str, Any] | None:
    """The agreed fields; None when one is missing or of another kind."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    required = ("delivery_id", "text", "visibility")
    optional = ("thread", "in_reply_to")
    named = ("id", "name", "type", "sha256", "alt")
    if (
        isinstance(given, dict)
        and all(isinstance(given.get(name), str) for name in required)
        and all(isinstance(given.get(name), str | None) for name in optional)
        and all(
            isinstance(file, dict) and all(isinstance(file.get(n), str) for n in named)
            for file in given.get("attachments", [])
        )
    ):
        return given
    return None


def _share(text: str) -> tuple[Fault, float]:
    name, _, share = text.partition("=")
    return Fault(name), float(share)


def main(arguments: Sequence[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    platform = Platform(
        given.ledger,
        [given.secret],
        port=given.port,
        faults=Faults(dict(given.fault), given.seed),
        idempotent=not given.posts_again,
        hang=given.hang,
        slow=given.slow,
        retry_after=given.retry_after,
    )
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with platform:
        addresses = {"url": platform.url, "callback_url": platform.callback_url}
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.platform")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument(
        "--secret",
        default=os.environ.get("PLATFORM_SECRET", ""),
        help="the channel's secret, or PLATFORM_SECRET; without it all is refused",
    )
    parser.add_argument(
        "--fault",
        type=_share,
        action="append",
        default=[],
        metavar="NAME=SHARE",
        help=f"one of {', '.join(Fault)}; share of the calls, 0 to 1",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--posts-again", action="store_true", help="a repeated delivery posts again"
    )
    parser.add_argument("--hang", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--slow", type=float, default=2.0, metavar="SECONDS")
    parser.add_argument("--retry-after", type=int, default=1, metavar="SECONDS")
    return parser


if __name__ == "__main__":
    main()
