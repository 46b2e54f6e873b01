"""Tell a desk a story over HTTP, and write down what it said to each call."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from queue import Empty, SimpleQueue
from typing import Any

import urllib3

from conversations.adapters.signatures import sign
from tests.faults.desk import Desk
from tests.faults.story import Item

PATIENCE = 60.0  # seconds a call is tried for
PAUSE = 0.1


@dataclass(slots=True)
class Ledger:
    """What the sender knows: the truth about what was acknowledged."""

    acknowledged: set[str] = field(default_factory=set)  # external ids
    seconds: list[float] = field(default_factory=list)  # of each acknowledged try
    failed_tries: int = 0
    refused: list[str] = field(default_factory=list)  # calls that nobody should refuse

    def percentile(self, share: float) -> float:
        """The `share` (0 to 1) of the acknowledged tries took no longer, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Load:
    """Senders that repeat each call until it is acknowledged, half by each door.

    `rate` bounds the calls per second of all senders together; None sends all out.
    """

    def __init__(
        self,
        desk: Desk,
        calls: Sequence[list[Item]],
        *,
        channel: str = "shop",
        senders: int = 4,
        rate: float | None = None,
    ) -> None:
        self.desk = desk
        self.channel = channel
        self.ledger = Ledger()
        self._pace = senders / rate if rate else 0.0
        self._calls: SimpleQueue[tuple[int, list[Item]]] = SimpleQueue()
        for numbered in enumerate(calls):
            self._calls.put(numbered)
        self._lock = threading.Lock()
        self._pool = urllib3.PoolManager(retries=False, timeout=10, maxsize=senders)
        self._threads = [
            threading.Thread(target=self._send_all, daemon=True) for _ in range(senders)
        ]

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    @property
    def is_running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> Ledger:
        """Return the ledger once every call was acknowledged or refused for good."""
        for thread in self._threads:
            thread.join()
        return self.ledger

    def _send_all(self) -> None:
        while True:
            try:
                number, items = self._calls.get_nowait()
            except Empty:
                return
            began = time.monotonic()
            self._send(number, items)
            time.sleep(max(0.0, self._pace - (time.monotonic() - began)))

    def _send(self, number: int, items: list[Item]) -> None:
        give_up_at = time.monotonic() + PATIENCE
        body = json.dumps(items).encode()
        by_hook = number % 2 == 0
        while time.monotonic() < give_up_at:
            began = time.monotonic()
            status, answer = self._try(body, by_hook)
            if 400 <= status < 500:
                return self.ledger.refused.append(f"{status} {answer!r}")
            if 200 <= status < 300:
                return self._note(items, time.monotonic() - began)
            with self._lock:
                self.ledger.failed_tries += 1
            time.sleep(PAUSE)
        self._calls = SimpleQueue()  # nobody is there: no use in trying the others
        self.ledger.refused.append("nobody answered")
        return None

    def _try(self, body: bytes, by_hook: bool) -> tuple[int, Any]:
        url, headers = self._hook(body) if by_hook else self._api()
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=body,
                headers={"content-type": "application/json", **headers},
            )
        except urllib3.exceptions.HTTPError:
            return 0, ""
        return answer.status, answer.data[:200]

    def _hook(self, body: bytes) -> tuple[str, dict[str, str]]:
        headers = sign(
            secrets=[self.desk.access["secret"]],
            event_id=sha256(body).hexdigest()[:40],
            now=datetime.now(UTC),
            body=body,
        )
        return f"{self.desk.url}/hooks/{self.channel}", headers

    def _api(self) -> tuple[str, dict[str, str]]:
        path = f"/api/v1/channels/{self.channel}/messages"
        return self.desk.url + path, {
            "authorization": f"Bearer {self.desk.access['token']}"
        }

    def _note(self, items: list[Item], seconds: float) -> None:
        with self._lock:
            self.ledger.seconds.append(seconds)
            self.ledger.acknowledged |= {item["external_id"] for item in items}
