"""Locked tickets, what is to become of them, and how that is written down."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.actions.log import Line, record_many
from webcare.domain.lifecycle import LIVE
from webcare.models import TicketEvent


@dataclass(frozen=True, slots=True)
class By:
    """Whose hand it is: a person's, or nobody's for a cause that the log names."""

    cause: str
    actor: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # go into every line

    @property
    def why(self) -> dict[str, Any]:
        return {"by": self.cause.partition(":")[0]}


class Row(NamedTuple):
    """A ticket as it is, locked until the transaction ends."""

    id: int
    status: str
    queue: int | None
    agent: int | None
    topic: int | None
    topic_by: str
    topic_confidence: float | None
    priority: str
    priority_by: str
    priority_reason: str
    is_danger: bool
    version: int
    snoozed_until: str | None  # as it is kept with a change
    now: datetime

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class Change(NamedTuple):
    """What was changed: the values before and after, by name."""

    before: dict[str, Any]
    after: dict[str, Any]


Result = Change | str  # a word why nothing was changed
Results = dict[int, Result]
UNCHANGED = "unchanged"
NOT_LIVE = "not_live"


def lock(tickets: Iterable[int]) -> list[Row]:
    """Lock these tickets, in rising order, and read them as they are."""
    rows = fetch(
        """SELECT id, status, queue_id, agent_id, topic_id, topic_by,
                  topic_confidence, priority, priority_by, priority_reason, is_danger,
                  version, snoozed_until, statement_timestamp()
             FROM webcare_ticket WHERE id = ANY(%s)
            ORDER BY id FOR NO KEY UPDATE""",
        [sorted(set(tickets))],
    )
    return [
        Row._make((*row, until and until.isoformat(), now)) for *row, until, now in rows
    ]


def change_of(row: Row, **after: Any) -> Change:
    return Change({name: getattr(row, name) for name in after}, after)


def judged(rows: Sequence[Row], judge: Callable[[Row], Result]) -> Results:
    return {row.id: judge(row) for row in rows}


def changed_in(results: Results) -> dict[int, Change]:
    return {pk: one for pk, one in results.items() if isinstance(one, Change)}


def only(result: Result, *names: str) -> Result:
    if isinstance(result, str):
        return result
    before = {name: result.before[name] for name in names}
    return Change(before, {name: result.after[name] for name in names})


def update(changes: str, results: Results, *, source: str = "", **values: Any) -> None:
    """Change the tickets that are to be changed; `source` gives values per `ticket`."""
    if changed := changed_in(results):
        fetch(
            f"""UPDATE webcare_ticket k
                   SET {changes}{"," if changes else ""}
                       changed_at = now(), version = version + 1
                  {f"FROM {source}" if source else ""}
                 WHERE k.id = ANY(%(changed)s)
                   {"AND given.ticket = k.id" if source else ""}""",
            {**values, "changed": list(changed)},
        )


def write_down(
    kind: TicketEvent.Kind,
    rows: Sequence[Row],
    results: Results,
    by: By,
    more: Callable[[Row], dict[str, Any]] | None = None,
    **facts: Any,
) -> None:
    """One line for each ticket that was changed; what is new stands in it by name."""
    record_many(list(_lines(kind, rows, results, by, more, facts)), cause=by.cause)


def _lines(
    kind: TicketEvent.Kind,
    rows: Sequence[Row],
    results: Results,
    by: By,
    more: Callable[[Row], dict[str, Any]] | None,
    facts: Mapping[str, Any],
) -> Iterator[Line]:
    for row in rows:
        result = results.get(row.id)
        if isinstance(result, Change):
            data = {**facts, **by.facts, **result.after, **(more(row) if more else {})}
            yield Line(row.id, kind, row.now, data, by.actor)
