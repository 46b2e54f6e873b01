"""Numbers that many ask for and few have to work out: kept for a moment in Redis.

Redis is a convenience: without it everybody works out their own. Where a number has
gone stale, or was never there, one asks the database and the others wait for it.
"""

import time
from collections.abc import Callable, Sequence
from functools import cache

import structlog
from django.conf import settings

from webcare.queries.shared_store import AWAY, Command, Store

log = structlog.get_logger(__name__)

PREFIX = "webcare:number:"
KEPT_SECONDS = 30  # a stale number is good enough while somebody counts again
TURN_SECONDS = 2  # how long somebody has for that, until another may
PATIENCE, STEP = 0.5, 0.02  # seconds that others wait for a number that is not there
AWAY_SECONDS = 10.0  # after Redis did not answer, until it is asked again
_away_until = 0.0

Kept = tuple[int, float]  # the number, and when it was worked out


def read(
    keys: Sequence[str], work_out: Callable[[list[int]], list[int]], seconds: float
) -> list[int]:
    """Return the number of each key, at most `seconds` old or being renewed just now.

    `work_out` gets the places of keys in `keys`, and returns a number for each.
    """
    kept = _kept(keys)
    oldest = time.time() - seconds
    due = [n for n, one in enumerate(kept) if one is None or one[1] < oldest]
    ours = _take_turns(keys, due)
    _work_out(keys, kept, ours, work_out)
    others = [n for n, one in enumerate(kept) if one is None]
    deadline = time.monotonic() + PATIENCE
    while others and time.monotonic() < deadline:
        time.sleep(STEP)
        for n, one in zip(others, _kept([keys[n] for n in others]), strict=True):
            kept[n] = one
        others = [n for n in others if kept[n] is None]
    _work_out(keys, kept, others, work_out)
    return [one[0] for one in kept if one is not None]


def _work_out(
    keys: Sequence[str],
    kept: list[Kept | None],
    places: list[int],
    work_out: Callable[[list[int]], list[int]],
) -> None:
    if not places:
        return
    now = time.time()
    for n, number in zip(places, work_out(places), strict=True):
        kept[n] = number, now
    _keep({keys[n]: kept[n] for n in places})


@cache
def _store() -> Store:
    return Store(settings.REDIS_URL)


def _kept(keys: Sequence[str]) -> list[Kept | None]:
    if not keys or _is_away():
        return [None] * len(keys)
    try:
        [found] = _store().ask(("MGET", *(PREFIX + key for key in keys)))
    except AWAY as error:
        _note_away(error)
        return [None] * len(keys)
    assert isinstance(found, list)
    return [_parsed(one) if isinstance(one, bytes) else None for one in found]


def _parsed(text: bytes) -> Kept:
    number, _, at = text.decode().partition(" ")
    return int(number), float(at)


def _take_turns(keys: Sequence[str], due: list[int]) -> list[int]:
    """Return those of `due` that are ours to work out: all where there is no Redis."""
    if not due or _is_away():
        return due
    turns = [f"{PREFIX}{keys[n]}:turn" for n in due]
    most = TURN_SECONDS * 1000
    try:
        won = _store().ask(*(("SET", turn, 1, "NX", "PX", most) for turn in turns))
    except AWAY as error:
        _note_away(error)
        return due
    return [n for n, is_ours in zip(due, won, strict=True) if is_ours]


def _keep(numbers: dict[str, Kept | None]) -> None:
    if _is_away():
        return
    commands: list[Command] = []
    for key, one in numbers.items():
        assert one is not None
        text = f"{one[0]} {one[1]}"
        commands.append(("SET", PREFIX + key, text, "EX", KEPT_SECONDS))
        commands.append(("DEL", f"{PREFIX}{key}:turn"))
    try:
        _store().ask(*commands)
    except AWAY as error:
        _note_away(error)


def _is_away() -> bool:
    return time.monotonic() < _away_until


def _note_away(error: Exception) -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY_SECONDS
    log.warning("numbers are not shared", error=type(error).__name__)
