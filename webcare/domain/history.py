"""What a ticket was at a moment, read from the lines of its history alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Priority


class Happened(NamedTuple):
    """A line of history: when we learned it, and what it says."""

    recorded_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What a ticket is, where, whose and about what; by their keys in the database."""

    status: str = Status.NEW.value
    queue: int | None = None
    agent: int | None = None
    priority: str = Priority.NORMAL.value
    topic: int | None = None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


FACTS = ("status", "queue", "agent", "priority", "topic")


def state_at(history: Iterable[Happened], moment: datetime) -> State | None:
    """Return the state at `moment`, as it was known then; None before it began.

    `history` is in the order in which it was written. Known then: what was recorded
    up to and including `moment`, however late we learned it.
    """
    state: State | None = None
    for one in history:
        if one.recorded_at <= moment:
            told = {name: one.data[name] for name in FACTS if name in one.data}
            state = replace(state or State(), **told)
    return state
