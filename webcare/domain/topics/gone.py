"""Topics that are given to nothing any more, however well a model knows them.

What spoke for one that was merged speaks for the topic that took it over. What spoke
for a retired one is lost, and the others are no likelier for it: a text about something
that is no topic any more is for a person to look at.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.features import Ints

Chances = NDArray[np.float64]
# A topic -> the one that took it over, None for nobody.
Gone = Mapping[int, int | None]


class Standing:
    """From the topics that were learned to those in use; `topics` are the latter.

    `is_plain` where both are the same.
    """

    def __init__(self, learned: Sequence[int], gone: Gone) -> None:
        self.topics = tuple(learned)
        # Which of those learned speak for each of `topics`, its own first.
        self._parts = [[number] for number in range(len(learned))]
        if gone and not gone.keys().isdisjoint(learned):
            found = _heirs(learned, gone)
            self.topics, self._parts = tuple(found), list(found.values())
        self._speaks = np.array([parts[0] for parts in self._parts], dtype=np.int64)
        self.is_plain = self.topics == tuple(learned)

    def chances(self, learned: Chances) -> Chances:
        """The chance of each topic in use: its own, and of what it took over.

        Columns that are not there, for topics that were learned last, have none.
        """
        if self.is_plain and learned.shape[1] == len(self.topics):
            return learned
        told = np.zeros((len(learned), len(self.topics)))
        # Column by column, so that no sum depends on what stands beside it.
        for into, parts in enumerate(self._parts):
            for number in parts:
                if number < learned.shape[1]:
                    told[:, into] += learned[:, number]
        return told

    def bars(self, learned: Chances) -> Chances:
        """The bar of each: its own, or of the first that it took over."""
        return learned[self._speaks]

    def learned(self, columns: Ints) -> Ints:
        """Which learned topics speak for these topics in use."""
        return self._speaks[columns]


def _heirs(learned: Sequence[int], gone: Gone) -> dict[int, list[int]]:
    """Each topic in use -> the places of those that speak for it, its own first."""
    found: dict[int, list[int]] = {}
    for number, topic in enumerate(learned):
        heir = gone.get(topic, topic)
        if heir is None:
            continue
        parts = found.setdefault(heir, [])
        parts.insert(0 if heir == topic else len(parts), number)
    return found
