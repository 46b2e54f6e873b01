"""Which topics are taken for which, as a square small enough to look at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MOST_TOPICS = 12
# Shares of a topic's messages from which a cell is tinted one step more.
STEPS = (0.05, 0.1, 0.25)


class Cell(NamedTuple):
    """How many messages of a row's topic were taken for a column's, and their share.

    `tint` goes from 0, for none that is known, to 4. On the diagonal stand those that
    were right; `share` is None where it is not known of how many.
    """

    messages: int
    share: float | None
    tint: int
    is_right: bool


class Row(NamedTuple):
    topic: int
    measured: int
    cells: Sequence[Cell]


class Square(NamedTuple):
    """`topics` are those of the rows and of the columns, most confused first;
    `confused` is how many there are in all."""

    topics: Sequence[int]
    rows: Sequence[Row]
    confused: int


def square(quality: Mapping[str, Any], most: int = MOST_TOPICS) -> Square:
    """Return the `most` topics that take part in most mistakes, of what a training
    found (its `confusions` and `topics`)."""
    pairs = {
        (one["topic"], one["taken_for"]): one["count"]
        for one in quality.get("confusions", [])
    }
    known = {one["topic"]: one for one in quality.get("topics", [])}
    mistakes: Counter[int] = Counter()
    for (topic, taken_for), count in pairs.items():
        mistakes.update({topic: count, taken_for: count})
    ranked = sorted(mistakes, key=lambda topic: (-mistakes[topic], topic))
    shown = ranked[:most]
    rows = [_row(topic, shown, pairs, known.get(topic, {})) for topic in shown]
    return Square(shown, rows, len(ranked))


def _row(
    topic: int,
    shown: Sequence[int],
    pairs: Mapping[tuple[int, int], int],
    known: Mapping[str, Any],
) -> Row:
    measured = known.get("measured", 0)
    right = round(known.get("recall", 0) * measured)
    cells = [
        _cell(right if other == topic else pairs.get((topic, other), 0), measured)
        for other in shown
    ]
    place = shown.index(topic)
    cells[place] = cells[place]._replace(is_right=True)
    return Row(topic, measured, cells)


def _cell(count: int, measured: int) -> Cell:
    share = count / measured if measured else None
    tint = 1 + sum((share or 0) >= step for step in STEPS) if count else 0
    return Cell(count, share, tint, is_right=False)
