"""What is remembered, laid beside what the model knows; or alone, on the first days."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np

from webcare.domain.topics import meaning
from webcare.domain.topics.answers import (
    ALTERNATIVES,
    Chances,
    answers,
    probabilities,
)
from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.features import Ints, Pieces, pieces_of
from webcare.domain.topics.memory import Memory, weights_of
from webcare.domain.topics.prediction import BY_EXAMPLES, Prediction
from webcare.domain.topics.vectors import Floats

# A topic that the model does not know yet has only its examples to speak for it.
_UNKNOWN = 0.05
# Without a model nothing is known of how often answers are right: a topic has to be
# shown this often before a text is given to it.
FIRST_EXAMPLES = 5
_NEVER = 2.0


class Felt:
    """A batch of texts, given their pieces, and how the memory changes their topics.

    `learned` says of how many examples the model knows each topic.
    """

    def __init__(
        self,
        known: tuple[int, ...],
        memory: Memory,
        pieces: Pieces,
        learned: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._known = len(known)
        self._memory = memory
        self._pieces = pieces
        # Those of the model, then those that only the memory has.
        self.topics = (*known, *(one for one in memory.topics if one not in known))
        column = {topic: number for number, topic in enumerate(self.topics)}
        self._columns = [column[topic] for topic in memory.topics]
        self._weights = weights_of(memory.topics, learned)

    @cached_property
    def _said_by_words(self) -> Chances:
        return self._memory.by_words(self._pieces, self._weights)

    def bars(self, known: Chances) -> Chances:
        """A topic that is new is sure when the most doubtful of the others would be."""
        strange = len(self.topics) - self._known
        return np.concatenate([known, np.full(strange, known.max())])

    def by_words(self, plain: Chances) -> Chances:
        """Chances after what was said, given those before."""
        return self._with(plain, self._said_by_words) if self._columns else plain

    def by_meaning(self, plain: Chances, rows: Ints, vectors: Floats) -> Chances:
        """The same for some rows of the batch whose vectors are known."""
        if not self._columns:
            return plain
        by_meaning = self._memory.by_meaning(vectors, self._weights)
        said = np.maximum(self._said_by_words[rows], by_meaning)
        return self._with(plain, said)

    def _with(self, plain: Chances, said: Chances) -> Chances:
        chances = np.full((len(plain), len(self.topics)), _UNKNOWN)
        chances[:, : self._known] = plain + 1e-9
        logs = np.log(chances)
        logs[:, self._columns] += said
        after = probabilities(logs, 1.0)
        untouched = ~said.any(axis=1)
        after[untouched] = 0.0
        after[untouched, : self._known] = plain[untouched]
        return after


def by_examples_alone(
    memory: Memory, texts: Sequence[str], wanted: float, encoder: Encoder | None
) -> list[Prediction]:
    """One answer per text where there is no model yet.

    Sure is what is at least as likely as `wanted`, of a topic with five examples.
    """
    pieces = pieces_of(texts)
    all_of_it = weights_of(memory.topics, {})
    by_words = memory.by_words(pieces, all_of_it)
    has_words = np.bincount(pieces.docs, minlength=len(texts)) > 0
    rows = np.arange(len(texts))

    def ask(which: Ints) -> Chances:
        said = by_words[which]
        if encoder is not None:
            vectors = encoder.encode([texts[n] for n in which.tolist()])
            said = np.maximum(said, memory.by_meaning(vectors, all_of_it))
        return np.where(said.any(axis=1, keepdims=True), probabilities(said, 1.0), 0.0)

    chances = ask(rows)
    if encoder is not None and len(texts) > 1:
        for number in np.flatnonzero(meaning.is_shaky(chances, ALTERNATIVES)):
            chances[number] = ask(rows[number : number + 1])[0]
    counts = np.bincount(memory.labels, minlength=len(memory.topics))
    bars = np.where(counts >= FIRST_EXAMPLES, wanted, _NEVER)
    return answers(
        memory.topics,
        bars,
        meaning.rounded(chances),
        [()] * len(texts),
        [BY_EXAMPLES] * len(texts),
        has_words & chances.astype(bool).any(axis=1),
    )
