"""Load: requests over keep-alive connections, or calls in processes; both timed.

One generator for all servers, in one thread, so that its own cost is the same for all
and leaves the processors to what is measured.
"""

import multiprocessing
import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import BrokenBarrierError

import psycopg

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
WAIT = 30.0  # seconds for an answer before the cell is given up

Call = Callable[[psycopg.Connection, int], None]


@dataclass
class Taken:
    """What a cell took: seconds per answered request, and overall."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


class Broken(RuntimeError):
    """A server did not answer as HTTP says."""


def over_http(
    port: int, requests: Iterator[bytes], *, connections: int, seconds: float
) -> Taken:
    """Send requests over so many connections, the next when the last was answered.

    Ends after `seconds`, or when the requests run out, with every request answered.
    An answer outside 2xx is a failure, with its status line.
    """
    taken = Taken()
    with selectors.DefaultSelector() as waiting, ExitStack() as opened:
        all_of_them = [
            opened.enter_context(_Connection(port)) for _ in range(connections)
        ]
        began = time.perf_counter()
        for connection in all_of_them:
            _send_next(connection, requests, waiting)
        while waiting.get_map():
            for connection in _answered(waiting):
                connection.note(taken)
                if time.perf_counter() - began < seconds:
                    _send_next(connection, requests, waiting)
        taken.seconds = time.perf_counter() - began
    return taken


def _answered(waiting: selectors.BaseSelector) -> Iterator["_Connection"]:
    """Wait for bytes; yields the connections whose answer is complete now."""
    ready = waiting.select(WAIT)
    if not ready:
        raise Broken("A server did not answer.")
    for key, _ in ready:
        if key.data.read():
            waiting.unregister(key.fileobj)
            yield key.data


def _send_next(
    connection: "_Connection",
    requests: Iterator[bytes],
    waiting: selectors.BaseSelector,
) -> None:
    request = next(requests, None)
    if request is not None:
        connection.send(request)
        waiting.register(connection.socket, selectors.EVENT_READ, connection)


class _Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent_at = 0.0

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Read what has come; whether the answer is complete."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise Broken(f"A connection was closed after {self.answer[:200]!r}.")
        self.answer += part
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        if b"\r\nTransfer-Encoding: chunked" in head:
            return body.endswith(b"0\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None:
            raise Broken(f"An answer without a length: {head[:200]!r}")
        return len(body) >= int(length[1])

    def note(self, taken: Taken) -> None:
        taken.latencies.append(time.perf_counter() - self.sent_at)
        if self.answer[9:10] != b"2":
            taken.failures.append(self.answer[:300].decode(errors="replace"))


def in_processes(url: str, call: Call, *, processes: int, seconds: float) -> Taken:
    """Call with numbers that no other process uses, each process on a connection.

    Every call is one transaction. A call may raise StopIteration: it has run out of
    what to do.
    """
    context = multiprocessing.get_context("fork")
    start = context.Barrier(processes + 1)
    results = context.SimpleQueue()
    children = [
        context.Process(
            target=_calls, args=(url, call, seconds, number, processes, start, results)
        )
        for number in range(processes)
    ]
    for child in children:
        child.start()
    with suppress(BrokenBarrierError):  # the one that broke it says why
        start.wait(WAIT)
    parts = [results.get() for _ in children]
    for child in children:
        child.join()
    if broken := [part for part in parts if isinstance(part, str)]:
        raise Broken("; ".join(sorted(set(broken))))
    return Taken(
        latencies=[one for latencies, _ in parts for one in latencies],
        seconds=max(seconds for _, seconds in parts),
    )


def _calls(url, call, seconds, number, step, start, results) -> None:  # type: ignore[no-untyped-def]
    try:
        with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
            if ready := getattr(call, "ready", None):
                ready(connection)
            start.wait(WAIT)
            results.put(_timed(connection, call, seconds, number, step))
    except Exception as error:  # the parent waits for one result from each
        start.abort()
        results.put(repr(error))


def _timed(
    connection: psycopg.Connection, call: Call, seconds: float, number: int, step: int
) -> tuple[list[float], float]:
    latencies: list[float] = []
    began = now = time.perf_counter()
    while now - began < seconds:
        try:
            call(connection, number)
        except StopIteration:
            break
        done = time.perf_counter()
        latencies.append(done - now)
        now = done
        number += step
    return latencies, time.perf_counter() - began
