"""The one fetcher: every call to an address that is somebody else's choice.

It is built on the standard library's HTTP/1.1 because what matters here is *when* a
call fails. Before the first byte of the request is written, nothing has happened and
a later try is safe. After it nobody knows. The difference is two exceptions.
No redirects, no proxies, no cookies, no decompression.
"""

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cache
from threading import Timer

from conversations.adapters.targets import Target, find_target
from conversations.crashpoints import crossing
from conversations.exceptions import DeliveryDeferred, DeliveryUncertain

# Seconds. The total includes resolving and connecting, and is shorter than the time
# limit of a task: a call ends by itself, with a known meaning.
CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 10.0
TOTAL_TIMEOUT = 15.0

MAX_ANSWER = 65_536  # bytes of the body that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The status is certain; `complete` is False when the body was
    longer than we read, or broke off."""

    status: int
    headers: Message
    body: bytes
    complete: bool


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    allowed_hosts: Iterable[str] = (),
    total_timeout: float = TOTAL_TIMEOUT,
) -> Answer:
    """Ask once and return the answer, whatever its status, redirects included.

    `total_timeout` is in seconds. Raises ChannelUnusable when the address may not be
    called and DeliveryDeferred when nothing was sent; DeliveryUncertain when the
    request left us and no status came back.
    """
    deadline = time.monotonic() + total_timeout
    target = find_target(url, allowed_hosts=allowed_hosts, timeout=CONNECT_TIMEOUT)
    with _connect(target, deadline) as sock, _cut_at(deadline, sock):
        _shake_hands(sock)
        try:
            return _exchange(sock, target, method, headers, body)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise DeliveryUncertain(
                f"{target.host} got the request, but no answer came back."
            ) from error


def _connect(target: Target, deadline: float) -> socket.socket:
    """A socket to the first checked address that answers, not yet encrypted."""
    for address in target.addresses:
        left = min(CONNECT_TIMEOUT, deadline - time.monotonic())
        if left <= 0:
            break
        with contextlib.suppress(OSError):
            sock = socket.create_connection((address, target.port), timeout=left)
            return _encrypted(sock, target)
    raise DeliveryDeferred(f"{target.host} could not be reached.")


def _encrypted(sock: socket.socket, target: Target) -> socket.socket:
    """The certificate has to be the name's, although we connected to an address."""
    if target.scheme == "http":
        return sock
    return _tls().wrap_socket(
        sock, server_hostname=target.host, do_handshake_on_connect=False
    )


def _shake_hands(sock: socket.socket) -> None:
    if not isinstance(sock, ssl.SSLSocket):
        return
    try:
        sock.do_handshake()
    except (OSError, ValueError) as error:
        raise DeliveryDeferred(
            f"No safe connection to {sock.server_hostname}: its certificate or"
            " encryption was not accepted."
        ) from error


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    sock: socket.socket,
    target: Target,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> Answer:
    sock.settimeout(READ_TIMEOUT)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never to a name that nobody checked
    connection.sock = sock
    fixed = {"Host": target.host_header, "Connection": "close"}
    connection.request(method, target.path, body, {**headers, **fixed})
    crossing("call.written")
    with connection.getresponse() as response:
        return _answer(response)


def _answer(response: http.client.HTTPResponse) -> Answer:
    """The status has been said by now, so a body that breaks off is no failure."""
    body, complete = b"", False
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        body = response.read(MAX_ANSWER + 1)
        complete = len(body) <= MAX_ANSWER and not response.length
    return Answer(response.status, response.headers, body[:MAX_ANSWER], complete)


@contextlib.contextmanager
def _cut_at(deadline: float, sock: socket.socket) -> Iterator[None]:
    """Cut the line at `deadline`: timeouts of a socket begin anew with every byte,
    so a server that drips could hold us for hours."""
    timer = Timer(max(0.0, deadline - time.monotonic()), _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket) -> None:
    # Below TLS, whose own shutdown would go on reading in the clear.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
