"""Texts that processes share in Redis, for as long as it is there.

The few words of Redis's protocol that this takes are spoken here: the usual client
takes twenty megabytes for hundreds of commands that no web process gives.
"""

import socket
import ssl
from collections import deque
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 0.5  # to connect, and to wait for each part of an answer
MOST_KEPT = 32  # idle connections
PORT = 6379

Word = str | int
Command = Sequence[Word]
Answer = bytes | int | None | list["Answer"]


class Refused(ValueError):
    """Redis answered that it will not do this, or in words that are not its own."""


AWAY = (OSError, ValueError)  # what is raised where nothing can be shared just now


class _Line(NamedTuple):
    wire: socket.socket
    reader: BinaryIO

    def close(self) -> None:
        self.reader.close()
        self.wire.close()


class Store:
    """A server at `redis://`, `rediss://` or `unix://`; safe among threads."""

    def __init__(self, address: str) -> None:
        self._url = urlsplit(address)
        self._asked = {key: values[-1] for key, values in _query(self._url.query)}
        self._idle: deque[_Line] = deque(maxlen=MOST_KEPT)

    def ask(self, *commands: Command) -> list[Answer]:
        """Give commands in one go and return an answer to each. Raises one of AWAY."""
        said = b"".join(_said(command) for command in commands)
        while self._idle:
            line = self._idle.pop()
            try:
                return self._answers(line, said, len(commands))
            except TimeoutError:
                raise
            except OSError:
                continue  # it was left alone for too long, and the server has gone
        return self._answers(self._connect(), said, len(commands))

    def __del__(self) -> None:
        for line in self._idle:
            line.close()

    def _answers(self, line: _Line, said: bytes, count: int) -> list[Answer]:
        try:
            line.wire.sendall(said)
            answers = [_answer(line.reader) for _ in range(count)]
        except BaseException:
            line.close()
            raise
        if len(self._idle) == MOST_KEPT:
            line.close()
        else:
            self._idle.append(line)
        return answers

    def _connect(self) -> _Line:
        wire = self._dial()
        line = _Line(wire, wire.makefile("rb"))
        try:
            for command in self._greeting():
                wire.sendall(_said(command))
                _answer(line.reader)
        except BaseException:
            line.close()
            raise
        return line

    def _dial(self) -> socket.socket:
        url = self._url
        if url.scheme == "unix":
            wire = socket.socket(socket.AF_UNIX)
            wire.settimeout(SECONDS)
            wire.connect(unquote(url.path))
            return wire
        host = url.hostname or "localhost"
        wire = socket.create_connection((host, url.port or PORT), SECONDS)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.scheme != "rediss":
            return wire
        return self._secured().wrap_socket(wire, server_hostname=host)

    def _secured(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._asked.get("ssl_ca_certs"))
        wanted = self._asked.get("ssl_cert_reqs", "required").lower()
        if wanted.removeprefix("cert_") == "none":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _greeting(self) -> list[Command]:
        url = self._url
        path = "" if url.scheme == "unix" else url.path.strip("/")
        number = self._asked.get("db") or self._asked.get("virtual_host") or path
        words: list[Command] = []
        if url.password:
            name = [unquote(url.username)] if url.username else []
            words.append(("AUTH", *name, unquote(url.password)))
        return [*words, ("SELECT", number)] if number else words


def _query(text: str) -> list[tuple[str, list[str]]]:
    return list(parse_qs(text).items())


def _said(command: Command) -> bytes:
    words = [str(word).encode() for word in command]
    parts = [b"*%d\r\n" % len(words)]
    parts += [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


def _answer(reader: BinaryIO) -> Answer:
    line = reader.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionResetError("The connection ended within an answer.")
    kind, rest = line[:1], line[1:-2]
    if kind == b"+":
        return rest
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return _text(reader, int(rest))
    if kind == b"*":
        return [_answer(reader) for _ in range(int(rest))]
    raise Refused(rest.decode(errors="replace"))


def _text(reader: BinaryIO, length: int) -> bytes | None:
    if length < 0:
        return None
    text = reader.read(length + 2)
    if len(text) < length + 2:
        raise ConnectionResetError("The connection ended within an answer.")
    return text[:-2]
