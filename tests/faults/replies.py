"""Answer tickets through the API as hasty clients do: each answer handed in twice."""

import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import urllib3

from tests.faults.desk import Desk
from tests.faults.load import Load
from tests.faults.standin import StandIn

PATIENCE = 60.0
AGAIN = {0, 409, 429, 500, 502, 503}  # 409: its twin is still at work


def make_tickets(desk: Desk, count: int) -> list[str]:
    """Make that many tickets, each of its own thread; returns their public ids."""
    items = [
        {
            "external_id": f"q-{number}",
            "text": f"Where is my parcel? ({number})",
            "posted_at": datetime.now(UTC).isoformat(),
            "author": {"external_id": f"a-{number}"},
            "thread": f"t-{number}",
        }
        for number in range(count)
    ]
    assert not Load(desk, [items]).start().finish().refused
    desk.settle(60)
    return [
        str(ticket)
        for [ticket] in desk.fetch("SELECT public_id FROM webcare_ticket ORDER BY id")
    ]


def answer_all(desk: Desk, tickets: list[str], each: int) -> list[str]:
    """Write `each` answers to every ticket; returns those that were not taken.

    Those of one ticket follow each other; tickets are answered side by side.
    """
    pool = urllib3.PoolManager(retries=False, timeout=10, maxsize=8)
    failures: list[str] = []

    def answer(ticket: str) -> None:
        for number in range(each):
            ids = _twice(pool, desk, ticket, f"{ticket}-{number}", f"Answer {number}.")
            if len(ids) != 1:
                failures.append(f"{ticket} {number}: {ids}")

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(answer, tickets))
    return failures


def _twice(
    pool: urllib3.PoolManager, desk: Desk, ticket: str, key: str, text: str
) -> set[str]:
    """Hand one answer in twice at once; returns the ids that were told for it."""
    told: set[str] = set()

    def hand_in() -> None:
        told.add(_hand_in(pool, desk, ticket, key, text))

    twins = [threading.Thread(target=hand_in) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    return told


def _hand_in(
    pool: urllib3.PoolManager, desk: Desk, ticket: str, key: str, text: str
) -> str:
    give_up_at = time.monotonic() + PATIENCE
    status, answer = 0, ""
    while status in AGAIN and time.monotonic() < give_up_at:
        try:
            response = pool.request(
                "POST",
                f"{desk.url}/api/v1/tickets/{ticket}/reply",
                json={"text": text, "then": "open"},
                headers={
                    "authorization": f"Bearer {desk.access['token']}",
                    "idempotency-key": key,
                },
            )
            status = response.status
            answer = str(response.json().get("id", response.data[:200]))
        except (urllib3.exceptions.HTTPError, ValueError):
            status = 0
        if status in AGAIN:
            time.sleep(0.1)
    return answer if status == 202 else f"{status} {answer}"


def disagreements(desk: Desk, platform: StandIn, replies: int) -> list[str]:
    """Compare what the desk says of its answers with what stands on the platform."""
    posts = platform.posts()
    times = Counter(post.delivery_id for post in posts)
    rows = desk.fetch(
        """SELECT d.public_id::text, d.state, d.thread_id, m.external_id
             FROM conversations_delivery d
             LEFT JOIN conversations_message m ON m.id = d.message_id ORDER BY d.id"""
    )
    known = {name: (state, external) for name, state, _, external in rows}
    id_of = {post.delivery_id: post.external_id for post in posts}
    found = [f"{len(rows)} answers, not {replies}"] if len(rows) != replies else []
    found += [f"{one} posted {n} times" for one, n in times.items() if n > 1]
    for name, (state, external) in known.items():
        if state not in {"sent", "refused"}:
            found.append(f"{name} is {state}")
        if (state == "sent") != (name in times):
            found.append(f"{name} is {state} and posted {times[name]} times")
        if state == "sent" and external != id_of.get(name):
            found.append(f"{name} is held as {external}")
    return found + _swaps([(row[0], row[2]) for row in rows], list(id_of))


def _swaps(written: list[tuple[str, int]], posted: list[str]) -> list[str]:
    """Threads whose answers stand in another order than they were written in."""
    place = {name: number for number, name in enumerate(posted)}
    threads: dict[int, list[str]] = defaultdict(list)
    for name, thread in written:
        if name in place:
            threads[thread].append(name)
    return [
        f"thread {thread} is out of order"
        for thread, names in threads.items()
        if [place[name] for name in names] != sorted(place[name] for name in names)
    ]
