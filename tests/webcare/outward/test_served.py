"""Streams through the web server of production: no thread stays behind with them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from webcare.actions.log import record
from webcare.models import TicketEvent

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[3]
THREADS = 2


@pytest.fixture
def server(tmp_path):
    """One process of two threads; the port it listens on, and the process."""
    place = connection.settings_dict
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "WEB_PROCESSES": "1",
        "WEB_THREADS": str(THREADS),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": make_conninfo(
            host=place["HOST"],
            port=place["PORT"] or None,
            user=place["USER"],
            password=place["PASSWORD"] or None,
            dbname=place["NAME"],
        ),
    }
    command = ["-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    yield port, started
    started.kill()
    started.wait()
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


def connect(port):
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")


def listen(port, key, version="1.1"):
    line = connect(port)
    line.sendall(
        f"GET /api/v1/live HTTP/{version}\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    return line, hear(line, b"retry: 2000\n\n")


def hear(line, mark):
    said = b""
    while mark not in said:
        part = line.recv(4096)
        assert part, said
        said += part
    return said


def hear_all(line):
    said = b""
    while part := line.recv(4096):
        said += part
    line.close()
    return said


def unframed(said):
    """The body of a chunked answer; fails where a frame is not whole."""
    body = b""
    while True:
        size, _, said = said.partition(b"\r\n")
        length = int(size, 16)
        assert said[length : length + 2] == b"\r\n"
        if not length:
            assert said == b"\r\n"
            return body
        body, said = body + said[:length], said[length + 2 :]


def test_more_streams_than_threads_leave_room_for_requests_and_end_well(
    server, key_of, ada, ticket
):
    port, process = server
    key = key_of(ada)
    opened = [listen(port, key) for _ in range(THREADS * 3)]
    old, head = listen(port, key, "1.0")
    asked = Request(
        f"http://127.0.0.1:{port}/api/v1/tickets",
        headers={"authorization": f"Bearer {key}"},
    )
    lists = [json.load(urlopen(asked, timeout=20)) for _ in range(THREADS * 2)]
    record(ticket, TicketEvent.Kind.TAGGED, at=timezone.now())
    heard = [
        begun.partition(b"\r\n\r\n")[2] + hear(line, b"ticket.tagged")
        for line, begun in opened
    ]
    process.send_signal(signal.SIGTERM)
    bodies = [
        unframed(begun + hear_all(line))
        for (line, _), begun in zip(opened, heard, strict=True)
    ]

    assert all(len(one["results"]) == 1 for one in lists)
    assert b"chunked" in opened[0][1].lower()
    assert all(body.count(b"event: ticket.tagged\n") == 1 for body in bodies)
    assert all(body.endswith(b'data: {"reason": "reconnect"}\n\n') for body in bodies)
    assert b"chunked" not in head.lower()
    assert hear_all(old).endswith(b'data: {"reason": "reconnect"}\n\n')
    assert process.wait(15) == 0
