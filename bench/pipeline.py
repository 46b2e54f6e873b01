"""From kept to assigned: all stages in one process, beside a raw program.

`python -m bench.pipeline --messages N --rounds R` prints JSON. In every round the raw
program and the product's stages handle the same number of messages, one after the
other, and the rows of each are counted, table by table.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django

BATCH = 500
TABLES = (
    *(f"conversations_{name}" for name in ("author", "thread", "message")),
    *(f"webcare_{name}" for name in ("decision", "ticket", "ticketmessage")),
    *(f"webcare_{name}" for name in ("ticketevent", "turn", "clock")),
)


def measure(messages: int, rounds: int) -> dict[str, Any]:
    """Return messages a second of both, and what a batch of ours costs."""
    from bench.pipeline_raw import write
    from config.memory import settle

    _drain()  # what was there before is nobody's
    _hand_out()
    settle()  # as a worker process has
    _keep(2 * BATCH)
    statements = _statements_of_a_batch()
    taken: dict[str, list[float]] = {"raw": [], "ours": []}
    by_stage: Counter[str] = Counter()
    at_first = _counts()
    for _ in range(rounds):
        taken["raw"].append(_timed(write, messages))
        after_raw = _counts()
        _keep(messages)
        seconds = _drain()
        after_ours = _counts()
        raw_rows, our_rows = after_raw - at_first, after_ours - after_raw
        _require_same(our_rows, raw_rows, messages)
        at_first = after_ours
        taken["ours"].append(seconds.total())
        by_stage += seconds
    return {
        "messages": messages,
        "raw": [messages / seconds for seconds in taken["raw"]],
        "ours": [messages / seconds for seconds in taken["ours"]],
        "rows": {table: count / messages for table, count in our_rows.items()},
        "microseconds": {
            stage: round(seconds / rounds / messages * 1e6, 1)
            for stage, seconds in by_stage.items()
        },
        "statements": statements,
    }


def stages() -> list[Any]:
    """The stages of one message, in their order."""
    from conversations.actions import reading
    from webcare.actions import assignment, intake, triage

    return [module.STAGE for module in (reading, intake, triage, assignment)]


def _keep(messages: int) -> None:
    """Take messages in, each in an event of its own, as single calls leave them."""
    from django.utils import timezone

    from bench.operations import item
    from conversations.actions.ingestion import take_messages
    from conversations.models import Channel
    from webcare.models import Presence

    Presence.objects.update(seen_at=timezone.now())
    channel = Channel.objects.get(slug="bench-ours")
    for first in range(0, messages, BATCH):
        count = min(BATCH, messages - first)
        body = json.dumps([item(f"p-{time.time_ns()}-{n}") for n in range(count)])
        taken = take_messages(channel=channel, body=body.encode(), now=timezone.now())
        assert taken.accepted == count


def _hand_out() -> None:
    """Let nothing wait where messages come in: it would be handed out with them."""
    from webcare.models import Ticket

    waiting = Ticket.objects.filter(queue__slug="outages", agent=None)
    while waiting.filter(status__in=("new", "open")).exists():
        _keep(BATCH)
        _drain()


def _drain() -> Counter[str]:
    """Do all that waits; returns the seconds each stage took."""
    from conversations.actions.batches import drain

    seconds: Counter[str] = Counter()
    for stage in stages():
        seconds[stage.name] = _timed(lambda s=stage: sum(drain(s)))
    return seconds


def _timed(do: Callable[..., object], *given: Any) -> float:
    began = time.perf_counter()
    do(*given)
    return time.perf_counter() - began


def _statements_of_a_batch() -> dict[str, int]:
    """Count the statements of a full batch, the second of two, claim included."""
    from conversations.actions.batches import drain

    found = {}
    for stage in stages():
        batches = iter(drain(stage))
        next(batches)
        with _counting() as statements:
            done = next(batches)
        assert done == BATCH, f"{stage.name} did {done} of {BATCH}"
        found[stage.name] = len(statements)
    return found


@contextmanager
def _counting() -> Iterator[list[str]]:
    from django.db import connection

    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield statements


def _counts() -> Counter[str]:
    from conversations.models.bulk import fetch

    counts = {}
    for table in TABLES:
        [[counts[table]]] = fetch(f"SELECT count(*) FROM {table}", [])
    return Counter(counts)


def _require_same(ours: Counter[str], raw: Counter[str], messages: int) -> None:
    """Refuse a figure of a program that does not write what the other one writes."""
    if ours != raw or ours["webcare_ticket"] != messages:
        raise SystemExit(f"The rows differ: raw {dict(raw)}, ours {dict(ours)}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    django.setup()
    print(json.dumps(measure(**vars(parser.parse_args()))))
