"""How many statements each request costs, counted inside the product's own code.

`python -m bench.statements` reads what `bench.desk` printed and prints JSON:
operation -> statements, authentication included.
"""

import json
import sys
from io import BytesIO
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler


def count(desk: dict[str, Any]) -> dict[str, int]:
    """Return the statements of one request of each operation, when all is warm."""
    from bench.operations import OPERATIONS

    handler = WSGIHandler()
    found: dict[str, int] = {}
    for operation in OPERATIONS:
        if operation.ours is None:
            continue
        requests = operation.ours(desk)
        first = next(requests)
        ask(handler, first)
        status, statements = ask(handler, next(requests, first))
        if status.startswith("2"):
            found[operation.name] = statements
    return found


def ask(handler: WSGIHandler, request: bytes) -> tuple[str, int]:
    """Ask as a server would; returns the status and how many statements it cost."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    statuses: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        answer = handler(_environ(request), lambda status, *_: statuses.append(status))
        b"".join(answer)
    return statuses[0], len(captured)


def _environ(request: bytes) -> dict[str, Any]:
    """What a server makes of these bytes."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, protocol = first.split(" ")
    path, _, query = target.partition("?")
    headers = dict(line.split(": ", 1) for line in lines)
    named = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in headers.items()}
    return named | {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": protocol,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": headers.get("Content-Length", ""),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(count(json.load(sys.stdin))))
