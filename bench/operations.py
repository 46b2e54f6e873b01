"""What is measured: for each operation the raw call, and what the servers are asked."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg

from bench import rows
from bench.load import Call

LIST_OF = 100
TEXT = "Sinds vanmorgen hebben wij geen stroom meer in de straat, hoe lang nog?"
ANSWER = "Wat vervelend! Onze monteurs zijn onderweg, rond 15.00 uur is het over. ^AB"

Desk = dict[str, Any]
Requests = Iterator[bytes]


@dataclass(frozen=True)
class Operation:
    """One thing that is done many times.

    `leaves` counts the rows that each answered request must have left. `beside` names
    the operation whose raw and floor figures it stands next to, when it has none.
    """

    name: str
    ours: Callable[[Desk], Requests]
    floor: Callable[[Desk], Requests] | None = None
    raw: Callable[[Desk], Call] | None = None
    clients: tuple[int, ...] = (1, 8)
    leaves: int = 0
    answers: bool = False  # it answers tickets, rather than taking messages in
    beside: str = ""

    @property
    def writes(self) -> bool:
        return self.leaves > 0


def request(
    method: str, path: str, *, token: str = "", cookie: str = "", body: bytes = b""
) -> bytes:
    """Return an HTTP request, whole."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if cookie:
        head.append(f"Cookie: {cookie}")
    if method == "POST":
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


_numbers = itertools.count(1)
_MARK = b"N" * 12


def _with_numbers(template: bytes) -> Requests:
    """The same request, with a number in it that was never there before."""
    for number in _numbers:
        yield template.replace(_MARK, b"%012d" % number)


def item(number: object) -> dict[str, Any]:
    """One message of an author of its own, in the wire format."""
    return {
        "external_id": f"b-{number}",
        "text": TEXT,
        "posted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "author": {"external_id": f"c-{number}", "handle": "kim", "name": "Kim Vos"},
    }


def _items(of: int) -> bytes:
    mark = _MARK.decode()
    if of == 1:
        return json.dumps(item(mark)).encode()
    return json.dumps([item(f"{mark}-{n:03}") for n in range(of)]).encode()


def _intake(of: int) -> dict[str, Any]:
    def ours(desk: Desk) -> Requests:
        path = "/api/v1/channels/bench-ours/messages"
        return _with_numbers(
            request("POST", path, token=desk["token"], body=_items(of))
        )

    def floor(desk: Desk) -> Requests:
        path = f"/intake/{desk['channels']['floor']}"
        return _with_numbers(
            request("POST", path, token=desk["floor_token"], body=_items(of))
        )

    def raw(desk: Desk) -> Call:
        channel, body = desk["channels"]["raw"], json.dumps(item(0)).encode()
        first = next(_numbers)

        def keep(connection: psycopg.Connection, number: int) -> None:
            keys = [f"c:r-{first}-{number}-{n}" for n in range(of)]
            connection.execute(rows.KEEP, [channel, keys, [body] * of])

        return keep

    return {"ours": ours, "floor": floor, "raw": raw, "leaves": of}


def _get(path: Callable[[str, int], str], **who: str) -> Callable[[Desk], Requests]:
    """GET one ticket after the other, over and over, as the one named in `who`."""

    def requests(desk: Desk) -> Requests:
        signed = {key: desk[name] for key, name in who.items()}
        made = [request("GET", path(*ticket), **signed) for ticket in desk["tickets"]]
        return itertools.cycle(made)

    return requests


def _read(*statements: tuple[str, int | None]) -> Callable[[Desk], Call]:
    """Run statements, each with the ticket's public id (0), number (1) or nothing."""

    def call(desk: Desk) -> Call:
        tickets = desk["tickets"]

        def read(connection: psycopg.Connection, number: int) -> None:
            ticket = tickets[number % len(tickets)]
            for statement, which in statements:
                given = [] if which is None else [ticket[which]]
                connection.execute(statement, given).fetchall()

        return read

    return call


def _answer(statement: str, then: str) -> dict[str, Any]:
    def over_http(path: str, token: str) -> Callable[[Desk], Requests]:
        def requests(desk: Desk) -> Requests:
            for (public_id, _), number in zip(desk["tickets"], _numbers, strict=False):
                key = f"bench-{number}"
                body = {"text": ANSWER, "client_key": key, "then": then}
                yield request(
                    "POST",
                    path % public_id,
                    token=desk[token],
                    body=json.dumps(body).encode(),
                )

        return requests

    def raw(desk: Desk) -> Call:
        tickets, first = desk["tickets"], next(_numbers)
        given = {"user": desk["users"]["raw"], "text": ANSWER, "then": then}

        def write(connection: psycopg.Connection, number: int) -> None:
            if number >= len(tickets):
                raise StopIteration
            named = {"ticket": tickets[number][0], "key": f"raw-{first}-{number}"}
            connection.execute(statement, given | named)

        return write

    return {
        "ours": over_http("/api/v1/tickets/%s/reply", "token"),
        "floor": over_http("/tickets/%s/reply", "floor_token"),
        "raw": raw,
        "clients": (8,),
        "leaves": 1,
        "answers": True,
    }


_TOKEN = {"token": "token"}
_FLOOR_TOKEN = {"token": "floor_token"}


def _search(words: str, query: str) -> dict[str, Any]:
    """Words as somebody types them, and the same in the language of the index."""

    def raw(desk: Desk) -> Call:
        def read(connection: psycopg.Connection, number: int) -> None:
            connection.execute(rows.SEARCH, [query, query]).fetchall()

        return read

    typed = quote(words)
    return {
        "ours": _get(lambda *_: f"/api/v1/search?limit=25&q={typed}", **_TOKEN),
        "floor": _get(lambda *_: f"/search?q={quote(query)}", **_FLOOR_TOKEN),
        "raw": raw,
    }


_LIVE = "/api/v1/tickets?status=live&order=opened&limit=50"
_COOKIE = {"cookie": "cookie"}

_LIST = "/api/v1/tickets?limit=50"
LISTS = {
    "list of mine": f"{_LIST}&status=live&agent=me&order=due",
    "list unassigned": f"{_LIST}&status=new,open&agent=none&order=due",
    "list waiting": f"{_LIST}&status=new,open&order=waiting",
    "list of queue and tag": f"{_LIST}&queue=meters&tag=complaint",
    "list of rare tag": f"{_LIST}&tag=press&status=live&order=opened",
    "list too late": f"{_LIST}&breached=true&order=due",
}

OPERATIONS = (
    Operation("intake", **_intake(1)),
    Operation("intake of 100", **_intake(LIST_OF)),
    Operation(
        "list",
        ours=_get(lambda *_: _LIVE, **_TOKEN),
        floor=_get(lambda *_: "/tickets", **_FLOOR_TOKEN),
        raw=_read((rows.LIST, None)),
    ),
    *(
        Operation(
            name,
            ours=_get(lambda *_, path=path: path, **_TOKEN),
            beside="list",
            clients=(1,),
        )
        for name, path in LISTS.items()
    ),
    Operation("search rare", **_search("zonneboiler", "'zonneboiler':A")),
    Operation("search common", **_search("stroom", "'stroom':A | 'strom':B")),
    Operation(
        "search phrase",
        **_search('"nieuwe zonneboiler"', "'nieuwe':A <-> 'zonneboiler':A"),
        clients=(1,),
    ),
    Operation(
        "view counts",
        ours=_get(lambda *_: "/api/v1/views/counts", **_TOKEN),
        beside="list",
    ),
    Operation("list page", ours=_get(lambda *_: "/", **_COOKIE), beside="list"),
    Operation(
        "ticket",
        ours=_get(lambda ticket, _: f"/api/v1/tickets/{ticket}", **_TOKEN),
        floor=_get(lambda ticket, _: f"/tickets/{ticket}", **_FLOOR_TOKEN),
        raw=_read((rows.TICKET, 0)),
        clients=(1,),
    ),
    Operation(
        "thread",
        ours=_get(lambda ticket, _: f"/api/v1/tickets/{ticket}/messages", **_TOKEN),
        floor=_get(
            lambda ticket, pk: f"/tickets/{ticket}/messages/{pk}", **_FLOOR_TOKEN
        ),
        raw=_read((rows.THREAD, 1)),
        clients=(1,),
    ),
    Operation(
        "ticket page",
        ours=_get(lambda ticket, _: f"/tickets/{ticket}", **_COOKIE),
        floor=_get(lambda ticket, _: f"/tickets/{ticket}/page", **_FLOOR_TOKEN),
        raw=_read((rows.TICKET, 0), (rows.THREAD, 1)),
    ),
    Operation("reply", **_answer(rows.REPLY, "pending")),
    Operation("reply and resolve", **_answer(rows.RESOLVE, "resolved")),
)
