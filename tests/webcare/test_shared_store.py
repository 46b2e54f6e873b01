"""What processes share in Redis, asked for without its usual client."""

import socket
import threading
from contextlib import contextmanager

import pytest
import redis
from django.conf import settings

from webcare.queries.shared_store import AWAY, Refused, Store

KEY = "webcare:test:shared-store"


@pytest.fixture
def client():
    with redis.Redis.from_url(settings.REDIS_URL) as one:
        yield one
        one.delete(KEY)


@contextmanager
def answering(listener, *answers):
    """A server that hears one connection and says each answer to what it hears."""
    heard = []

    def serve():
        wire, _ = listener.accept()
        with wire:
            for answer in answers:
                heard.append(wire.recv(4096))
                wire.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    listener.listen()
    thread.start()
    with listener:
        yield heard
        thread.join(5)


def test_what_is_kept_is_read_again(client):
    store = Store(settings.REDIS_URL)

    kept = store.ask(("SET", KEY, "één\r\n2", "EX", 30), ("MGET", KEY, KEY + "-not"))
    again = store.ask(("SET", KEY, 1, "NX"), ("GET", KEY), ("DEL", KEY))

    assert kept == [b"OK", ["één\r\n2".encode(), None]]
    assert again == [None, "één\r\n2".encode(), 1]


def test_what_redis_refuses_is_told_and_the_next_is_answered(client):
    store = Store(settings.REDIS_URL)

    with pytest.raises(Refused):
        store.ask(("INCR",), ("GET", KEY))

    assert store.ask(("GET", KEY)) == [None]


def test_a_connection_that_the_server_closed_is_made_anew(client):
    store = Store(settings.REDIS_URL)
    [pk] = store.ask(("CLIENT", "ID"))
    client.client_kill_filter(_id=pk)

    assert store.ask(("GET", KEY)) == [None]


def test_an_address_says_who_asks_and_where():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with answering(listener, b"+OK\r\n", b"+OK\r\n", b":3\r\n") as heard:
        asked = Store(f"redis://ada:s%20t@127.0.0.1:{port}/5").ask(("DEL", "k"))

    assert asked == [3]
    assert heard == [
        b"*3\r\n$4\r\nAUTH\r\n$3\r\nada\r\n$3\r\ns t\r\n",
        b"*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n",
        b"*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n",
    ]


def test_a_socket_in_a_folder_is_an_address_too(tmp_path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "redis"))
    with answering(listener, b"+OK\r\n", b"$-1\r\n") as heard:
        asked = Store(f"unix://{tmp_path}/redis?db=2").ask(("GET", "k"))

    assert asked == [None]
    assert heard[0] == b"*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n"


@pytest.mark.parametrize("answer", [b"", b"$9\r\nhal", b"*x\r\n", b"HTTP/1.1 400\r\n"])
def test_half_an_answer_or_another_servers_is_none(answer):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with answering(listener, answer), pytest.raises(AWAY):
        Store(f"redis://127.0.0.1:{port}").ask(("GET", "k"))
