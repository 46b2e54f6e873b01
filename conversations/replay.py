"""Send messages to a desk over HTTP as if they were being written now.

Talks to the intake like any other client and knows nothing behind it. Whatever
happens to the web process meanwhile, a message is sent until the desk has said what
became of it; the desk keeps each one once, so that sending again is harmless.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import urllib3

from conversations.adapters.signatures import sign
from conversations.archive import Line

AS_FAST_AS_POSSIBLE = 0.0
_TICK = 0.2  # seconds between looks at what is due
_LONGEST_WAIT = 5.0  # seconds between two tries
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_WRONG_CALL = frozenset({401, 403, 404, 405})

Item = dict[str, Any]


class ReplayStopped(Exception):
    """The desk takes no such call, or has been gone for too long."""


@dataclass(slots=True)
class Tally:
    """What became of the messages; `seconds` is the time it took."""

    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    lost: int = 0
    retries: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.sent / self.seconds if self.seconds else 0.0

    @property
    def is_complete(self) -> bool:
        return not (self.rejected or self.lost)


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go, and what proves that we may: a token or a secret."""

    url: str
    channel: str
    token: str = ""
    secret: str = ""

    @property
    def endpoint(self) -> str:
        base = self.url.rstrip("/")
        if self.secret:
            return f"{base}/hooks/{self.channel}"
        return f"{base}/api/v1/channels/{self.channel}/messages"

    def headers(self, body: bytes) -> Mapping[str, str]:
        """The headers of one try: a stamp is fresh, the id is the body's own."""
        kind = {"content-type": "application/json"}
        if not self.secret:
            return kind | {"authorization": f"Bearer {self.token}"}
        event_id = sha256(body).hexdigest()[:40]
        now = datetime.now(UTC)
        return kind | sign(secrets=[self.secret], event_id=event_id, now=now, body=body)


class Intake:
    """The desk's intake, over one connection that is made again when it breaks.

    `patience` is how many seconds a message may wait for a desk that does not answer.
    """

    def __init__(self, address: Address, *, patience: float = 300.0) -> None:
        self.address = address
        self.patience = patience
        self.tally = Tally()
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5.0, read=30.0), retries=False
        )

    def send(self, items: Sequence[Item]) -> None:
        """Hand over `items` and count what became of each. Raises ReplayStopped."""
        body = json.dumps(list(items), ensure_ascii=False).encode()
        response = self._answer_to(body)
        if response.status in _WRONG_CALL:
            raise ReplayStopped(_said(response))
        if response.status == 413 and len(items) > 1:
            middle = len(items) // 2
            self.send(items[:middle])
            self.send(items[middle:])
        else:
            self._count(items, response)

    def _answer_to(self, body: bytes) -> urllib3.BaseHTTPResponse:
        """Try until the desk answers, or patience runs out."""
        give_up_at = time.monotonic() + self.patience
        wait = 0.1
        while True:
            response = self._try(body)
            if response is not None and response.status not in _TRY_AGAIN:
                return response
            if time.monotonic() + wait > give_up_at:
                raise ReplayStopped(_said(response))
            self.tally.retries += 1
            # Clients that failed together do not come back together.
            own_wait = wait * random.uniform(0.5, 1.0)  # noqa: S311
            time.sleep(max(own_wait, _asked_wait(response)))
            wait = min(wait * 2, _LONGEST_WAIT)

    def _try(self, body: bytes) -> urllib3.BaseHTTPResponse | None:
        try:
            return self._pool.request(
                "POST",
                self.address.endpoint,
                body=body,
                headers=self.address.headers(body),
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return None

    def _count(self, items: Sequence[Item], response: urllib3.BaseHTTPResponse) -> None:
        self.tally.sent += len(items)
        said = _read(response)
        if response.status >= 300:
            self.tally.rejected += len(items)
            self.tally.complaints.append(_said(response))
            return
        rejected = said.get("rejected", [])
        duplicate = int(said.get("duplicate", 0))
        self.tally.rejected += len(rejected)
        self.tally.duplicate += duplicate
        # A webhook is kept unread: it says only that it has the call.
        unread = len(items) - duplicate - len(rejected)
        self.tally.accepted += int(said.get("accepted", unread))
        self.tally.complaints += [
            f"{items[one['index']]['external_id']}: {one['errors']}" for one in rejected
        ]


@dataclass(frozen=True, slots=True)
class Pace:
    """How a replay goes: `speed` times as fast as life, or AS_FAST_AS_POSSIBLE.

    `shuffle` seeds another order; the times written on the messages stay theirs.
    """

    speed: float = AS_FAST_AS_POSSIBLE
    batch: int = 100
    keep_times: bool = False
    shuffle: int | None = None


def replay(
    lines: Sequence[Line],
    intake: Intake,
    pace: Pace,
    *,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Send `lines`, oldest first, and return what became of them.

    `progress` is called after every batch. What was not handed over when this ends
    is counted as lost, however it ends. Raises ReplayStopped.
    """
    began = time.monotonic()
    shift = timedelta(0) if pace.keep_times else _shift(lines, pace, datetime.now(UTC))
    tally = intake.tally
    try:
        for batch in _in_time(lines, pace, began):
            intake.send([to_item(line, shift) for line in batch])
            tally.seconds = time.monotonic() - began
            progress(tally)
    finally:
        tally.lost = len(lines) - tally.sent
    return tally


def to_item(line: Line, shift: timedelta = timedelta(0)) -> Item:
    """One message as the intake takes it, its times moved by `shift`."""
    item = line.fields | {"posted_at": _written(line.at + shift)}
    if line.edited_at is not None:
        item["edited_at"] = _written(line.edited_at + shift)
    return item


def _shift(lines: Sequence[Line], pace: Pace, now: datetime) -> timedelta:
    """What makes the last message carry the moment at which it is sent.

    Slower than life the first one does instead: none is ever from the future.
    """
    if not lines:
        return timedelta(0)
    length = lines[-1].at - lines[0].at
    if pace.speed:
        now += length / max(pace.speed, 1.0)
    return now - lines[-1].at


def _in_time(
    lines: Sequence[Line], pace: Pace, began: float
) -> Iterator[Sequence[Line]]:
    """Yield batches when they are due; a late one makes none later."""
    due = [began + offset for offset in _offsets(lines, pace.speed)]
    waiting = list(lines)
    if pace.shuffle is not None:
        random.Random(pace.shuffle).shuffle(waiting)  # noqa: S311
    done = 0
    while done < len(waiting):
        now = time.monotonic()
        ready = done
        while ready < len(due) and ready - done < pace.batch and due[ready] <= now:
            ready += 1
        if ready > done:
            yield waiting[done:ready]
            done = ready
        else:
            time.sleep(min(max(due[done] - now, _TICK), 60.0))


def _offsets(lines: Sequence[Line], speed: float) -> list[float]:
    """Seconds from the start at which each message goes out, in rising order."""
    if not speed:
        return [0.0] * len(lines)
    return [(line.at - lines[0].at).total_seconds() / speed for line in lines]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _asked_wait(response: urllib3.BaseHTTPResponse | None) -> float:
    """Seconds the desk asks us to wait, within reason."""
    asked = response.headers.get("retry-after", "") if response else ""
    return min(float(asked), 60.0) if asked.isdecimal() else 0.0


def _read(response: urllib3.BaseHTTPResponse) -> Mapping[str, Any]:
    try:
        said = json.loads(response.data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _said(response: urllib3.BaseHTTPResponse | None) -> str:
    if response is None:
        return "The desk did not answer."
    detail = _read(response).get("detail", "")
    return f"The desk answered {response.status}. {detail}".strip()
