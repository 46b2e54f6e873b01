"""What is counted and timed: one file for each measure, and one list of all of them.

A measure says where its cases are, as SQL. Everything else is the same for all of them:
adding up, reading together, whose figures one may see. To add one: write its file, name
it in `ROLLED`, and let a trigger mark its hours when its rows change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

COHORT, EVENT = "cohort", "event"  # by when a case began, or by when it ended
CLOCKS = ("calendar", "business")


@dataclass(frozen=True, slots=True)
class Measure:
    """Cases with a moment, somewhere in the desk, counted, and perhaps of a length.

    `settled` selects the cases that change no more by themselves, as known at
    `%(as_of)s`: `cohort_at`, `event_at`, `queue`, `topic`, `agent`, `channel`,
    `priority`, one number for each of `counts`, and where `is_timed` their lengths,
    `calendar` and `business`, or null. What lists tickets has their `ticket`, too.

    `running` selects those that go on, in the same way, without counts and lengths:
    time alone changes them. Each is one of `running_counts`, by its place from 1 on:
    `state`, and from `changes_at` on, if ever, `becomes`; 0 is none of them. Of a timed
    measure the first is who waits. What was over before `%(since)s` may be left out.
    """

    name: str
    counts: tuple[str, ...]
    settled: str
    first: str  # selects the first moment of all cases
    is_timed: bool = False
    running: str = ""
    running_counts: tuple[str, ...] = ()
    views: tuple[str, ...] = (COHORT, EVENT)
    # A case is only certain so many days after its moment; until then it is read live.
    certain_after_days: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """What a cell counts, in this order."""
        return (*self.counts, *(_SUMS if self.is_timed else ()))

    @property
    def untimed(self) -> "Measure":
        """The same cases, of which nobody asks how long they took."""
        return replace(self, is_timed=False)

    def select(self, view: str) -> str:
        """The settled cases with the moment of `view` as `at`, ready to be joined."""
        sums = "".join(f", coalesce({clock}, 0) AS {clock}_sum" for clock in CLOCKS)
        return (
            f"SELECT *, {view}_at AS at{sums if self.is_timed else ''}"
            f"  FROM ({self.settled}) AS settled"
        )


# A running case that stays what it is: the first of the running counts.
FOR_GOOD = "1 AS state, NULL::timestamptz AS changes_at, 0 AS becomes"
_SUMS = tuple(f"{clock}_sum" for clock in CLOCKS)


def by_name(*measures: Measure) -> Mapping[str, Measure]:
    return {one.name: one for one in measures}
