"""The generic platform, but for calls that harm whoever reads them."""

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime

from conversations.adapters import generic
from conversations.adapters.base import Reading
from conversations.adapters.generic import check, look_up, send, text_limit, verify

__all__ = ["check", "look_up", "read", "send", "text_limit", "verify"]

# While it is set in the environment the fault is repaired: what was set aside may go.
CURED = "POISON_IS_CURED"


def read(body: bytes, *, now: datetime) -> Reading:
    """Read as the generic platform does, or do what the text says."""
    for word, harm in HARMS.items():
        if word in body and CURED not in os.environ:
            harm()
    return generic.read(body, now=now)


def _raise() -> None:
    raise RuntimeError("This call cannot be read.")


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hang() -> None:
    time.sleep(3_600)


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(50_000_000))


HARMS: dict[bytes, Callable[[], None]] = {
    b"poison: raise": _raise,
    b"poison: kill": _kill,
    b"poison: hang": _hang,
    b"poison: eat": _eat,
}
