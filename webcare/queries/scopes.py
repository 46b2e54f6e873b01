"""Whose figures a report is of, and by what: as keys and as conditions, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from webcare.domain.outcomes import Priority
from webcare.domain.reports import By
from webcare.queries.measures import COHORT
from webcare.queries.rolls import Span

EVERY, NONE = 0, -1  # a cell's queue: all of them together; its queue or key: none


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cases, of what, and as they were known when. `queues` None is all."""

    queues: tuple[int, ...] | None
    period: Span
    as_of: datetime
    view: str = COHORT
    clock: str = "calendar"
    topics: tuple[int, ...] | None = None
    channel: int | None = None
    exact: bool = False


OWN_CELLS = (By.TOPIC, By.AGENT, By.CHANNEL, By.PRIORITY, By.HOUR)
PRIORITIES = ", ".join(f"'{one}'" for one in Priority.values)
# Days are counted from here, so that every key is a number.
_LOCAL = "(f.at AT TIME ZONE %(zone)s)"
_DAYS = "- date '2000-01-01'"
FACT_KEYS = {
    None: "0",
    By.QUEUE: "f.queue",
    By.TOPIC: "f.topic",
    By.AGENT: "f.agent",
    By.CHANNEL: "f.channel",
    By.PRIORITY: f"array_position(ARRAY[{PRIORITIES}], f.priority) - 1",
    By.HOUR: f"date_part('hour', {_LOCAL})",
    By.DAY: f"{_LOCAL}::date {_DAYS}",
    By.WEEK: f"date_trunc('week', {_LOCAL})::date {_DAYS}",
}
BY_TIME = (By.HOUR, By.DAY, By.WEEK)
ROLL_KEYS = dict.fromkeys(OWN_CELLS, "c.key") | {
    None: "0",
    By.QUEUE: "c.queue",
    By.DAY: f"r.start {_DAYS}",
    By.WEEK: f"date_trunc('week', r.start)::date {_DAYS}",
}


def key_of(by: By | None) -> str:
    """What a case `f` is counted under."""
    return f"coalesce({FACT_KEYS[by]}, {NONE})::bigint AS key"


def dimension(scope: Scope, by: By | None) -> str | None:
    """Which cells answer this; None where only the facts do."""
    filters = [
        name
        for name, given in (("topic", scope.topics), ("channel", scope.channel))
        if given is not None
    ]
    own = [by.value] if by in OWN_CELLS else []
    wanted = set(filters + own)
    return (wanted.pop() if wanted else "none") if len(wanted) < 2 else None


def of_cells(scope: Scope, by: By | None) -> str:
    """Which cells `c` are of what is asked."""
    conditions = []
    if scope.queues is not None:
        conditions.append("c.queue = ANY(%(queues)s)")
    else:
        conditions.append(f"c.queue {'<>' if by == By.QUEUE else '='} {EVERY}")
    if scope.topics is not None:
        conditions.append("c.key = ANY(%(topics)s)")
    if scope.channel is not None:
        conditions.append("c.key = %(channel)s")
    return " AND ".join(conditions)


def of_facts(scope: Scope) -> str:
    """Which cases `f` are."""
    conditions = ["true"]
    if scope.queues is not None:
        conditions.append("f.queue = ANY(%(queues)s)")
    if scope.topics is not None:
        conditions.append("f.topic = ANY(%(topics)s)")
    if scope.channel is not None:
        conditions.append("f.channel = %(channel)s")
    return " AND ".join(conditions)
