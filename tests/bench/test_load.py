"""The load generator counts what was answered, and only that."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import Broken, over_http
from bench.operations import request


class Answers(BaseHTTPRequestHandler):
    """Says 201 to most, 500 to one path, and breaks off on another."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/close":
            self.close_connection = True
            return
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(500 if self.path == "/bad" else 201)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"there")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked = []  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _requests(*paths: str) -> Iterator[bytes]:
    return (request("GET", path) for path in paths)


def test_every_request_is_sent_once_and_its_answer_timed(server):
    paths = [f"/{number}" for number in range(40)]

    taken = over_http(
        server.server_port, _requests(*paths), connections=3, seconds=30.0
    )

    assert sorted(server.asked) == sorted(paths)
    assert len(taken.latencies) == 40
    assert not taken.failures
    assert max(taken.latencies) <= taken.seconds


def test_it_ends_when_the_time_is_over(server):
    forever = iter(lambda: request("GET", "/more"), b"")

    taken = over_http(server.server_port, forever, connections=2, seconds=0.2)

    assert 0.2 <= taken.seconds < 5
    assert len(taken.latencies) == len(server.asked)


def test_an_answer_that_is_not_2xx_is_a_failure(server):
    taken = over_http(
        server.server_port, _requests("/good", "/bad"), connections=1, seconds=30.0
    )

    assert len(taken.failures) == 1
    assert taken.failures[0].startswith("HTTP/1.1 500")


def test_a_connection_that_breaks_off_is_no_answer(server):
    with pytest.raises(Broken):
        over_http(server.server_port, _requests("/close"), connections=1, seconds=30.0)
