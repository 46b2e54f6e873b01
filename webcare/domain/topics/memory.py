"""What people said since the model was trained, felt by the very next answer.

Each topic has a running mean of its new examples, and each new example speaks for
texts that are nearly the same. The next training takes both over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from webcare.domain.topics.features import Ints, Pieces, pieces_of
from webcare.domain.topics.vectors import Floats, weigh

Scores = NDArray[np.float64]
# Of so many examples that the model learned from, a topic's new ones say half as much.
# Measured on a thousand corrections: right before the correction 61.8 %, with 4 and 16
# about the same, 60.2 % with all at full weight, 58.7 % without any memory.
HALF_KNOWN = 8
# An example says in full what a text is about that is all but the same.
SAME_FROM = 0.85


@dataclass(frozen=True, slots=True)
class Scale:
    """From how near on a mean, or one example, counts, and what it counts at most.

    On the scale of log chances; measured on a stream of bank customers' questions.
    """

    mean_from: float
    mean_weight: float
    one_from: float
    one_weight: float


BY_WORDS = Scale(0.10, 10.0, 0.35, 6.0)
BY_MEANING = Scale(0.45, 10.0, 0.6, 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """New examples of some topics, by their words and, with an encoder, by meaning.

    `topics` are those that occur, sorted; `labels` says which of them each example
    has. `vectors` has no rows where there is no encoder.
    """

    topics: tuple[int, ...]
    labels: Ints
    ids: NDArray[np.uint32]
    idf: Floats
    rows: csr_array
    vectors: Floats

    @classmethod
    def of(cls, texts: Sequence[str], topics: Sequence[int], vectors: Floats) -> Self:
        """Of examples as they were given, at least one."""
        known = tuple(sorted(set(topics)))
        labels = np.searchsorted(np.array(known), np.array(topics))
        pieces = pieces_of(texts)
        ids, idf = _vocabulary(pieces)
        rows = _rows(pieces, ids, idf)
        return cls(known, labels.astype(np.int64), ids, idf, rows, vectors)

    def by_words(self, pieces: Pieces, weights: Scores) -> Scores:
        """What the examples say for each of `topics`, given the pieces of texts.

        `weights`, of each topic, is what they say beside what is known already: 0 to 1.
        """
        asked = _rows(pieces, self.ids, self.idf)
        near = (asked @ self.rows.T).toarray()
        return self._scores(near, self._norms_of_words(), BY_WORDS, weights)

    def by_meaning(self, vectors: Floats, weights: Scores) -> Scores:
        """The same, given vectors of texts; nothing where there was no encoder."""
        if not len(self.vectors):
            return np.zeros((len(vectors), len(self.topics)))
        sums = self._picked() @ self.vectors
        norms = np.linalg.norm(sums, axis=1)
        return self._scores(vectors @ self.vectors.T, norms, BY_MEANING, weights)

    def _norms_of_words(self) -> NDArray[np.float64]:
        sums = self._picked() @ self.rows
        squares = np.asarray(sums.multiply(sums).sum(axis=1), dtype=np.float64)
        norms: Scores = np.sqrt(squares.ravel())
        return norms

    def _picked(self) -> csr_array:
        """Of shape (topics, examples): one where the example has the topic."""
        count = len(self.labels)
        parts = (np.ones(count), (self.labels, np.arange(count)))
        return csr_array(parts, shape=(len(self.topics), count))

    def _scores(
        self, near: Floats, norms: Scores, scale: Scale, weights: Scores
    ) -> Scores:
        """`near` is how near each text is to each example: a cosine.

        The cosine with a mean is the sum of those with its examples over its length.
        """
        means = (self._picked() @ near.T).T / np.maximum(norms, 1e-9)
        ones = np.zeros_like(means)
        for column in range(len(self.topics)):
            ones[:, column] = near[:, self.labels == column].max(axis=1)
        by_mean = scale.mean_weight * _above(means, scale.mean_from)
        by_one = weights * _above(ones, scale.one_from)
        by_one += (1 - weights) * _above(ones, SAME_FROM)
        found: Scores = (
            weights * by_mean * (1 - scale.mean_from) + scale.one_weight * by_one
        )
        return found


def weights_of(topics: Sequence[int], known: Mapping[int, int]) -> Scores:
    """What new examples of these topics say beside those that a model learned from.

    `known` says of each topic how many those were; the more, the less the new ones say.
    """
    counts = np.array([known.get(topic, 0) for topic in topics], dtype=np.float64)
    found: Scores = 1 / (1 + counts / HALF_KNOWN)
    return found


def _above(near: Scores, start: float) -> Scores:
    """How far between `start` and one; nothing below."""
    reached: Scores = np.maximum(0.0, near.astype(np.float64) - start) / (1 - start)
    return reached


def _vocabulary(pieces: Pieces) -> tuple[NDArray[np.uint32], Floats]:
    keys = np.unique(pieces.docs << 32 | pieces.ids)
    ids, frequency = np.unique(keys.astype(np.uint32), return_counts=True)
    idf = np.log((1 + pieces.size) / (1 + frequency)) + 1
    if not len(ids):
        return np.zeros(1, dtype=np.uint32), np.ones(1, dtype=np.float32)
    return ids, idf.astype(np.float32)


def _rows(pieces: Pieces, ids: NDArray[np.uint32], idf: Floats) -> csr_array:
    """Rows of length one at most: words and letters each bring half of it."""
    rows = weigh(pieces, ids, idf).matrix(len(ids))
    rows.data *= np.float32(np.sqrt(0.5))
    return rows


NO_MEMORY = Memory(
    topics=(),
    labels=np.zeros(0, dtype=np.int64),
    ids=np.zeros(0, dtype=np.uint32),
    idf=np.zeros(0, dtype=np.float32),
    rows=csr_array((0, 0), dtype=np.float32),
    vectors=np.zeros((0, 0), dtype=np.float32),
)
