"""Examples as they are learned from: in one order, each once, weighed and in folds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from webcare.domain.topics.features import Ints
from webcare.domain.topics.text import fold
from webcare.domain.topics.vectors import Floats
from webcare.training.fit import folds_of, learner_for
from webcare.training.vocabulary import Ids, matrix_of, vocabulary

Example = tuple[str, int]


@dataclass(frozen=True)
class Rows:
    """What is learned from: each example's text, label and weighed pieces.

    `folds` says in which each is held back, `held` which are in any.
    """

    texts: list[str]
    labels: Ints
    topics: tuple[int, ...]
    ids: Ids
    idf: Floats
    matrix: csr_array
    folds: Ints

    @classmethod
    def of(cls, examples: Iterable[Example]) -> Self:
        """The same, whatever the order in which they are given."""
        texts, labels, topics = _settled(examples)
        ids, idf = vocabulary(texts, len(topics))
        matrix = matrix_of(texts, ids, idf)
        return cls(texts, labels, topics, ids, idf, matrix, folds_of(labels))

    @property
    def held(self) -> NDArray[np.bool_]:
        return self.folds >= 0

    @property
    def learner(self) -> str:
        return learner_for(len(self.texts))


def _settled(examples: Iterable[Example]) -> tuple[list[str], Ints, tuple[int, ...]]:
    """Texts, their labels and the topics behind the labels, in one settled order.

    Texts that differ only in case, accents or spacing would be learned from and held
    back at once, so of each the first is taken, once per topic.
    """
    unique: dict[tuple[int, str], str] = {}
    for text, topic in sorted(examples, key=lambda example: (example[1], example[0])):
        unique.setdefault((topic, " ".join(fold(text).split())), text)
    topics = tuple(sorted({topic for topic, _ in unique}))
    column = {topic: number for number, topic in enumerate(topics)}
    labels = [column[topic] for topic, _ in unique]
    return list(unique.values()), np.array(labels, dtype=np.int64), topics
