"""What is measured: for each operation the raw call, and what the servers are asked."""

import functools
import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import django
import psycopg
from django.apps import apps
from psycopg.conninfo import make_conninfo

from bench import asked_reports, rows
from bench.load import Call

LIST_OF = 100
TEXT = "Sinds vanmorgen hebben wij geen stroom meer in de straat, hoe lang nog?"
ANSWER = "Wat vervelend! Onze monteurs zijn onderweg, rond 15.00 uur is het over. ^AB"

Desk = dict[str, Any]
Requests = Iterator[bytes]


class Rows(NamedTuple):
    """Rows that a system's writes leave: the newest ones are counted."""

    table: str
    condition: str


MESSAGES = Rows("conversations_inboundevent", "channel_id = %(channel)s")
ANSWERS = Rows("webcare_reply", "author_id = %(user)s")
HANDED_OUT = Rows("webcare_ticketevent", "kind = 'assigned'")
# No waiting work; tickets that are open; tickets that wait in their queue again.
TIDY_WORK = ("TRUNCATE conversations_work",)
TIDY_ANSWERED = (
    """UPDATE webcare_ticket SET status = 'open', resolved_at = NULL, resolution = '',
              resolution_seconds = NULL
        WHERE id = ANY(%(tickets)s) AND status <> 'open'""",
    """UPDATE webcare_clock SET stopped_at = NULL, paused_at = NULL,
              due_at = coalesce(due_at, started_at + interval '1 day')
        WHERE ticket_id = ANY(%(tickets)s) AND promise = 'resolution'
          AND (stopped_at IS NOT NULL OR paused_at IS NOT NULL)""",
)
TIDY_TAKEN = (
    """UPDATE webcare_ticket k SET status = 'new', agent_id = NULL
        WHERE k.agent_id = ANY(%(claimers)s) AND k.status = 'open'""",
    """UPDATE webcare_ticket k SET queue_id = was.queue
         FROM unnest(%(waiting)s::bigint[], %(queues)s::bigint[]) AS was(id, queue)
        WHERE k.id = was.id AND k.queue_id <> was.queue""",
    *TIDY_WORK,
)


@dataclass(frozen=True)
class Operation:
    """One thing that is done many times: asked of a server, or called in processes.

    `leaves` counts the rows in `rows` that each request must have left. `tidy` puts
    back what the next cell needs. `beside` names the operation whose raw and floor
    figures it stands next to, when it has none. `is_whole`: its requests end, and all
    of them are answered, however long that takes.
    """

    name: str
    ours: Callable[[Desk], Requests] | None = None
    ours_called: Callable[[Desk], Call] | None = None
    floor: Callable[[Desk], Requests] | None = None
    raw: Callable[[Desk], Call] | None = None
    clients: tuple[int, ...] = (1, 8)
    leaves: int = 0
    rows: Rows = MESSAGES
    tidy: tuple[str, ...] = ()
    beside: str = ""
    is_whole: bool = False

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
    if cookie:  # as browsers ask
        head += [f"Cookie: {cookie}", "Accept-Encoding: gzip"]
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

    return {
        **{"ours": ours, "floor": floor, "raw": raw},
        **{"leaves": of, "tidy": TIDY_WORK},
    }


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
                body = {"text": ANSWER, "key": key, "then": then}
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
        "rows": ANSWERS,
        "tidy": TIDY_ANSWERED,
    }


def _take(statement: str, path: str, floor_path: str) -> dict[str, Any]:
    """Tickets taken by many people in turn; each of them that waits once."""

    def over_http(path: str) -> Callable[[Desk], Requests]:
        def requests(desk: Desk) -> Requests:
            people = itertools.cycle(desk["claimers"])
            for (ticket, _, _), (_, token) in zip(
                desk["waiting"], people, strict=False
            ):
                yield request(
                    "POST", path % {"ticket": ticket}, token=token, body=b"{}"
                )

        return requests

    def raw(desk: Desk) -> Call:
        waiting, people = desk["waiting"], desk["claimers"]

        def take(connection: psycopg.Connection, number: int) -> None:
            if number >= len(waiting):
                raise StopIteration
            user, ticket = people[number % len(people)][0], waiting[number][0]
            connection.execute(statement, {"user": user, "ticket": ticket}).fetchall()

        return take

    return {
        **{"ours": over_http(path), "floor": over_http(floor_path), "raw": raw},
        **{"leaves": 1, "rows": HANDED_OUT, "tidy": TIDY_TAKEN},
    }


def _pushed(desk: Desk, number: int) -> dict[str, int]:
    if number >= len(desk["waiting"]):
        raise StopIteration
    queues = desk["push_queues"]
    return {
        "ticket": desk["waiting"][number][1],
        "queue": queues[number % len(queues)],
    }


def _address(connection: psycopg.Connection) -> str:
    info = connection.info
    return make_conninfo(info.dsn, password=info.password or None)


@functools.cache
def _product(database: str) -> tuple[Any, Any, Any]:
    """The product itself, in this process, on the same database."""
    if not apps.ready:  # where Django runs already it has its database
        os.environ["DATABASE_URL"] = database
        django.setup()
    from django.db import transaction

    from conversations.models.bulk import fetch
    from webcare.actions.assignment import assign

    return fetch, assign, transaction.atomic


def _push() -> dict[str, Any]:
    """A ticket reaches a queue of five people, and one of them has it."""

    def raw(desk: Desk) -> Call:
        def push(connection: psycopg.Connection, number: int) -> None:
            given = _pushed(desk, number)
            with connection.transaction():
                connection.execute(rows.ROUTE, given)
                connection.execute(rows.PUSH, given)

        return push

    def ours(desk: Desk) -> Call:
        def push(connection: psycopg.Connection, number: int) -> None:
            given = _pushed(desk, number)
            fetch, assign, in_transaction = _product(_address(connection))
            with in_transaction():
                fetch(rows.ROUTE, given, prepared=True)
                assign([given["ticket"]])

        def ready(connection: psycopg.Connection) -> None:
            _product(_address(connection))
            connection.execute(
                "UPDATE webcare_presence SET seen_at = now() WHERE user_id = ANY(%s)",
                [desk["pushed_to"]],
            )

        push.ready = ready  # type: ignore[attr-defined]
        return push

    return {
        **{"ours_called": ours, "raw": raw},
        **{"leaves": 1, "rows": HANDED_OUT, "tidy": TIDY_TAKEN},
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


def _report(report: str, period: str) -> Callable[[Desk], Requests]:
    def requests(desk: Desk) -> Requests:
        for path in asked_reports.paths(report, period):
            yield request("GET", path, token=desk["token"])

    return requests


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
    Operation("search beginning", **_search("stroo*", "'stroo':*A"), clients=(1,)),
    Operation(
        "view counts",
        ours=_get(lambda *_: "/api/v1/views/counts", **_TOKEN),
        beside="list",
    ),
    Operation("list page", ours=_get(lambda *_: "/", **_COOKIE), beside="list"),
    Operation(
        "board page",
        ours=_get(lambda *_: "/board", **_COOKIE),
        beside="list",
        clients=(1,),
    ),
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
    Operation(
        "ticket before",
        ours=_get(lambda ticket, _: f"/tickets/{ticket}/before", **_COOKIE),
        beside="ticket page",
        clients=(1,),
    ),
    Operation("reply", **_answer(rows.REPLY, "pending")),
    Operation("reply and resolve", **_answer(rows.RESOLVE, "resolved")),
    Operation(
        "claim next",
        **_take(rows.CLAIM_NEXT, "/api/v1/tickets/claim-next", "/claim-next"),
    ),
    Operation(
        "claim past others",
        **_take(
            rows.CLAIM,
            "/api/v1/tickets/%(ticket)s/claim",
            "/tickets/%(ticket)s/claim",
        ),
    ),
    Operation("push assignment", **_push()),
    *(
        Operation(name, ours=_report(report, period), clients=(1,), is_whole=True)
        for name, report, period in asked_reports.names()
    ),
)
