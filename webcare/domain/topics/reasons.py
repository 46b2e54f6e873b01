"""Which words put the likeliest topic ahead of the next one."""

from string import punctuation

import numpy as np

from webcare.domain.topics.features import Ints, Terms
from webcare.domain.topics.prediction import Reason
from webcare.domain.topics.vectors import Floats, Vectors

MOST_REASONS = 5
# Looked at before equal words are taken together.
_CANDIDATES = 2 * MOST_REASONS


def reasons_of(
    legend: Terms, vectors: Vectors, weights: Floats, leaders: Ints
) -> list[tuple[Reason, ...]]:
    """For each text its strongest words and pairs, strongest first.

    `leaders` holds the columns of the likeliest and the second topic of each text.
    A term's weight is its part of the lead of the first over the second: the sum over
    the pieces it is made of, so a compound counts by the letters the model knows.
    """
    first, second = leaders[vectors.docs].T
    columns = vectors.columns
    lead = weights[columns, first] - weights[columns, second]
    lead *= vectors.values / vectors.counts
    by_term = np.bincount(
        vectors.terms, weights=lead[vectors.entries], minlength=len(legend.docs)
    )
    return _strongest(legend, by_term, vectors.size)


def _strongest(
    legend: Terms, weight: np.ndarray, size: int
) -> list[tuple[Reason, ...]]:
    order = np.lexsort((-weight, legend.docs))
    ends = np.cumsum(np.bincount(legend.docs, minlength=size)).tolist()
    starts = [0, *ends[:-1]]
    return [
        _named(legend, weight, order[start : min(end, start + _CANDIDATES)].tolist())
        for start, end in zip(starts, ends, strict=True)
    ]


def _named(legend: Terms, weight: np.ndarray, terms: list[int]) -> tuple[Reason, ...]:
    """Equal words taken together; only what spoke in favour."""
    weights: dict[str, float] = {}
    for term in terms:
        if weight[term] > 0:
            name = legend[term].strip(punctuation) or legend[term]
            weights[name] = weights.get(name, 0.0) + float(weight[term])
    strongest = sorted(weights.items(), key=lambda reason: (-reason[1], reason[0]))
    return tuple((name, round(part, 4)) for name, part in strongest[:MOST_REASONS])
