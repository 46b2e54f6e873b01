"""gunicorn's threads, with connections that an application may keep for itself.

A stream that stays open for hours would keep one of eight threads. Instead the
application takes the socket, and the thread is free for the next request.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]
    wsgi: Any

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self._at_exit: set[Callable[[], None]] = set()
        self._application: Any = self.wsgi
        self.wsgi = self._offer

    def run(self) -> None:
        try:
            super().run()
        finally:
            for stop in self._at_exit:
                stop()

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A connection that was handed over is not ours to close."""
        if conn.sock.fileno() == -1:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)

    def _offer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Let the application take the socket, after the head of its answer is out."""
        line = environ["gunicorn.socket"]

        def hand_over(stop: Callable[[], None]) -> socket.socket:
            self._at_exit.add(stop)
            return socket.socket(fileno=line.detach())

        if not isinstance(line, ssl.SSLSocket) and environ.get("HTTP_VERSION") != "2":
            environ["webcare.hand_over"] = hand_over
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer
