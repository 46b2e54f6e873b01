"""What a report is as a page: its words, its columns, and what can be asked of it."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise as Lazy

from webcare.domain.counted_figures import FIGURES

# A length in `seconds` is one that so many have reached; a `span` is there, or not.
Kind = Literal["count", "share", "seconds", "span", "number", "text"]
Better = Literal["", "more", "less"]
Words = str | Lazy


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a line; `path` is where the API has it.

    In a list, the step names the percentile or the lower edge that is meant. `counts`
    is the figure whose tickets it leads to, where that is another: what a share counts.
    """

    path: str
    label: Words
    kind: Kind = "count"
    better: Better = ""
    counts: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A report as people see it.

    `api` names its call, `by` what it can have a line for each of, the first being
    usual; "" is all in one line. `drawn` are the paths in the chart, `told` those
    above it. `split` names a second key of its lines. `total_by` is how a whole is
    asked where one line of all cannot be. `asks` are the filters that it knows.
    """

    slug: str
    api: str
    title: Words
    says: Words
    definition: tuple[Words, ...]
    columns: tuple[Column, ...]
    drawn: tuple[str, ...]
    told: tuple[str, ...]
    by: tuple[str, ...] = ("day",)
    asks: frozenset[str] = frozenset()
    split: str = ""
    key: str = "key"
    total_by: str = ""
    formats: tuple[str, ...] = ("csv", "jsonl")
    needs: str = ""

    def figure(self, column: Column) -> str:
        """The figure whose tickets a list can say; empty where none can."""
        name = column.counts or column.path
        return name if name in FIGURES.get(self.slug, ()) else ""


NARROW = frozenset({"queue", "topic", "channel"})
SHARED = NARROW | {"as_of"}
TIMED = SHARED | {"clock", "view"}
BY_ALL = ("day", "", "week", "hour", "queue", "topic", "channel", "priority", "agent")
BY_NOBODY = tuple(one for one in BY_ALL if one != "agent")
