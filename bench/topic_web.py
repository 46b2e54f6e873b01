"""The same questions through the web: `POST /api/v1/topics/predict` of a running desk.

One process answers, on one connection, the next question when the last is answered.
The same are asked of `decide_topics` here, as a worker does. Of both, CPU is what the
process spends, PostgreSQL's own not counted; the clock also shows what else the machine
does.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench import services
from bench.load import over_http
from bench.memory import tree
from bench.operations import request
from bench.topic_desk import decided, forget, make_topics, teach, train
from bench.topic_sets import TopicSet

SINGLES = 200
BATCH = 200  # the most that one request may ask
PATIENCE = 600.0  # seconds
WEB, WORKER = "web", "worker"
FIGURES = ("one p95 ms by the clock", "one CPU ms", "batch/CPU s")
COLUMNS = tuple(f"{way}, {name}" for name in FIGURES for way in (WEB, WORKER))

Ask = Callable[[Sequence[Sequence[str]]], list[float]]  # seconds of each


def asked_over_http(one: TopicSet) -> dict[str, Any]:
    """Teach the set, serve it, and return milliseconds of single questions and texts a
    second in batches: over HTTP, and as a worker asks."""
    forget()
    teach(one.train, make_topics(one.train))
    train()
    texts = [text for text, _ in one.test]
    database, extra = os.environ["DATABASE_URL"], {"WEB_PROCESSES": "1"}
    with services.web("config.wsgi", database=database, extra=extra) as server:
        token = _token()

        def outside(questions: Sequence[Sequence[str]]) -> list[float]:
            asked = _requests(questions, token)
            taken = over_http(server.port, asked, connections=1, seconds=PATIENCE)
            if taken.failures:
                sys.exit(f"A question was refused: {taken.failures[0]}")
            return taken.latencies

        return {
            "set": one.name,
            **_figures(WEB, outside, partial(_spent, server.process.pid), texts),
            **_figures(WORKER, _inside, time.process_time, texts),
        }


def _figures(
    way: str, ask: Ask, spent: Callable[[], float], texts: Sequence[str]
) -> dict[str, float]:
    starts = range(0, len(texts) - BATCH + 1, BATCH)
    batches = [texts[start : start + BATCH] for start in starts]
    ask(batches[:1])  # what is loaded once is not counted
    began = spent()
    singles = ask([[text] for text in texts[:SINGLES]])
    between = spent()
    ask(batches)
    found = (
        1000 * quantiles(singles, n=20)[-1],
        1000 * (between - began) / len(singles),
        BATCH * len(batches) / (spent() - between),
    )
    return {f"{way}, {name}": value for name, value in zip(FIGURES, found, strict=True)}


def _spent(pid: int) -> float:
    """CPU seconds of a process and those below it."""
    stats = [Path(f"/proc/{one}/stat").read_text() for one in tree(pid)]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    ticks = sum(int(user) + int(system) for user, system in (f[11:13] for f in fields))
    return ticks / os.sysconf("SC_CLK_TCK")


def _inside(questions: Sequence[Sequence[str]]) -> list[float]:
    taken = []
    for texts in questions:
        began = time.perf_counter()
        decided(texts)
        taken.append(time.perf_counter() - began)
    return taken


def cells(row: dict[str, Any]) -> list[Any]:
    """A row of the table."""
    return [row[name] for name in ("set", *COLUMNS)]


def _requests(questions: Sequence[Sequence[str]], token: str) -> Iterator[bytes]:
    for texts in questions:
        body = json.dumps([{"text": text} for text in texts]).encode()
        yield request("POST", "/api/v1/topics/predict", token=token, body=body)


def _token() -> str:
    """A key of somebody who may ask."""
    from webcare.actions.tokens import make_token
    from webcare.domain.permissions import Role
    from webcare.domain.tokens import Scope
    from webcare.models import Membership, User

    user = User.objects.create_user("bench-asks")
    Membership.objects.create(user=user, role=Role.ADMIN)
    _, key = make_token(user=user, owner=user, name="bench", scopes=[Scope.READ])
    return key
