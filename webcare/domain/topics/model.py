"""The trained model: texts to topics, each answer with its confidence and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics import meaning, modelfile
from webcare.domain.topics.answers import ALTERNATIVES, Calibration, answers
from webcare.domain.topics.bars import Bars
from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.features import Ints, Pieces, pieces_of
from webcare.domain.topics.felt import Felt
from webcare.domain.topics.gone import Gone, Standing
from webcare.domain.topics.meaning import Meaning
from webcare.domain.topics.memory import NO_MEMORY, Memory
from webcare.domain.topics.prediction import (
    BY_EXAMPLES,
    BY_MEANING,
    BY_WORDS,
    NO_IDEA,
    Prediction,
    Reason,
)
from webcare.domain.topics.reasons import reasons_of
from webcare.domain.topics.vectors import Floats, Vectors, weigh

# Raised when pieces are cut or weighed differently: older models no longer fit then.
FEATURES_VERSION = 1
# Keeps the memory of one call bounded, whatever the caller asks at once.
BATCH = 256
# In the file, what belongs to the second opinion is named so.
_SECOND = "meaning_"


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """A linear model over hashed pieces, calibrated, with bars to be sure above.

    `ids` (sorted) and `idf` have one entry for each known piece, `weights` one row
    for each piece and one column for each topic, so that a text touches only the
    rows of its own pieces. `meaning` is the second opinion, where there was an encoder
    to learn with; `bars_with_meaning` are the bars for both together.
    """

    topics: tuple[int, ...]
    ids: NDArray[np.uint32]
    idf: Floats
    weights: Floats
    bias: Floats
    temperature: float
    threshold: float
    wanted_precision: float
    bars: Bars = field(default_factory=Bars)
    meaning: Meaning | None = None
    bars_with_meaning: Bars = field(default_factory=Bars)
    doubt: float = 0.0
    # Of how many examples each topic is known; empty in models of before it was kept.
    counts: tuple[int, ...] = ()

    @classmethod
    def load(cls, source: str | PathLike[str] | bytes) -> Self:
        """From a path (memory-mapped) or from bytes. Raises UnreadableModel."""
        if isinstance(source, bytes):
            facts, arrays = modelfile.from_bytes(source)
        else:
            facts, arrays = modelfile.from_path(source)
        if facts.pop("features", None) != FEATURES_VERSION:
            raise modelfile.UnreadableModel("Made for another version: train again.")
        parts: dict[str, Any] = facts | arrays
        try:
            second = _second_opinion(parts)
            for name in ("bars", "bars_with_meaning"):
                parts[name] = Bars.from_facts(parts.get(name) or {})
            for name in ("topics", "counts"):
                parts[name] = tuple(parts.get(name, ()))
            model = cls(meaning=second, **parts)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise modelfile.UnreadableModel("This is not a topic model.") from error
        model._require_shapes()
        return model

    def to_bytes(self) -> bytes:
        """The file `load` reads; equal models give equal bytes."""
        facts: dict[str, Any] = {
            "features": FEATURES_VERSION,
            "topics": self.topics,
            "counts": self.counts,
            "temperature": self.temperature,
            "doubt": self.doubt,
            "threshold": self.threshold,
            "wanted_precision": self.wanted_precision,
            "bars": self.bars.to_facts(),
            "bars_with_meaning": self.bars_with_meaning.to_facts(),
        }
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        if self.meaning is not None:
            facts |= {_SECOND + k: v for k, v in self.meaning.facts().items()}
            arrays |= {_SECOND + k: v for k, v in self.meaning.arrays().items()}
        return modelfile.to_bytes(facts, arrays)

    def predict(
        self,
        texts: Sequence[str],
        *,
        wanted: float | None = None,
        encoder: Encoder | None = None,
        memory: Memory = NO_MEMORY,
        gone: Gone = MappingProxyType({}),
    ) -> list[Prediction]:
        """One answer per text, the same whatever other texts stand beside it.

        `wanted` is the precision that sure answers should have, that of the training
        if None. Without the encoder that the model learned with, the words decide.
        `memory` is what people said since, about topics in use; no answer names a topic
        that is `gone`.
        """
        second = self.meaning
        if encoder is None or second is None or encoder.name != second.encoder:
            encoder = None
        starts = range(0, len(texts), BATCH)
        batches = [
            self._predict(texts[start : start + BATCH], wanted, encoder, memory, gone)
            for start in starts
        ]
        return [prediction for batch in batches for prediction in batch]

    def sure_above(
        self, wanted: float | None, *, with_meaning: bool = False
    ) -> NDArray[np.float64]:
        """The bar of each topic, in the order of `topics`."""
        bars = self.bars_with_meaning if with_meaning else self.bars
        level = self.wanted_precision if wanted is None else wanted
        return bars.of(self.topics, level, self.threshold)

    def _predict(
        self,
        texts: Sequence[str],
        wanted: float | None,
        encoder: Encoder | None,
        memory: Memory,
        gone: Gone,
    ) -> list[Prediction]:
        pieces = pieces_of(texts)
        vectors = weigh(pieces, self.ids, self.idf)
        scores = vectors.matrix(len(self.ids)) @ self.weights + self.bias
        by_words = scores.astype(np.float64) / self.temperature
        plain = Calibration(doubt=self.doubt).chances(by_words)
        learned = dict(zip(self.topics, self.counts, strict=False))
        felt = Felt(self.topics, memory, pieces, learned)
        chances = felt.by_words(plain)
        has_evidence = np.bincount(vectors.docs, minlength=len(texts)) > 0
        has_evidence |= chances[:, len(self.topics) :].any(axis=1)
        standing = Standing(felt.topics, gone)
        looked = np.zeros(len(texts), dtype=bool)
        if encoder is not None and self.meaning is not None:
            has_words = np.bincount(pieces.docs, minlength=len(texts)) > 0
            sure = standing.chances(chances).max(axis=1, initial=0.0)
            enough = has_evidence & (sure >= self.meaning.bar)
            looked = has_words & ~enough
            asked = np.flatnonzero(looked)
            plain = self.meaning.sure(by_words)
            chances = felt.by_words(plain)
            if len(asked):
                # What was merged is a sum: there every digit counts.
                among = ALTERNATIVES if standing.is_plain else None
                plain[asked], chances[asked] = self._both(
                    [texts[n] for n in asked.tolist()],
                    by_words,
                    asked,
                    encoder,
                    felt,
                    among,
                )
        if not standing.topics:
            return [NO_IDEA] * len(texts)
        plain, chances = standing.chances(plain), standing.chances(chances)
        ranked = np.argsort(-chances, axis=1, kind="stable")
        is_felt = ranked[:, 0] != np.argmax(plain, axis=1)
        bars = felt.bars(self.sure_above(wanted, with_meaning=encoder is not None))
        by_model = np.where(looked, BY_MEANING, BY_WORDS)
        return answers(
            standing.topics,
            standing.bars(bars),
            chances,
            self._why(pieces, vectors, standing.learned(ranked[:, :2])),
            np.where(is_felt, BY_EXAMPLES, by_model).tolist(),
            has_evidence | looked,
        )

    def _both(
        self,
        texts: Sequence[str],
        by_words: NDArray[np.float64],
        asked: Ints,
        encoder: Encoder,
        felt: Felt,
        among: int | None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Chances by words and meaning, before and after what is remembered.

        Rounded, and each of the `among` likeliest as if it were asked alone.
        """
        second = self.meaning
        assert second is not None

        def ask(which: Sequence[int]) -> tuple[Any, Any]:
            rows = asked[which]
            vectors = encoder.encode([texts[n] for n in which])
            plain = second.together(by_words[rows], vectors)
            return plain, felt.by_meaning(plain, rows, vectors)

        plain, chances = ask(range(len(texts)))
        if len(texts) > 1:
            shaky = meaning.is_shaky(chances, among)
            shaky |= meaning.is_shaky(plain, among)
            for number in np.flatnonzero(shaky).tolist():
                [plain[number]], [chances[number]] = ask([number])
        return meaning.rounded(plain), meaning.rounded(chances)

    def _why(
        self, pieces: Pieces, vectors: Vectors, leaders: Ints
    ) -> list[tuple[Reason, ...]]:
        """The words that speak for the first against the second, where there is one."""
        if leaders.shape[1] < 2:
            return [()] * len(leaders)
        known = np.minimum(leaders, len(self.topics) - 1)
        found = reasons_of(pieces.legend, vectors, self.weights, known)
        strange = (leaders != known).any(axis=1)
        return [
            () if is_strange else why
            for why, is_strange in zip(found, strange.tolist(), strict=True)
        ]

    def _require_shapes(self) -> None:
        pieces, topics = len(self.ids), len(self.topics)
        shapes = (self.idf.shape, self.weights.shape, self.bias.shape)
        if shapes != ((pieces,), (pieces, topics), (topics,)) or topics < 2:
            raise modelfile.UnreadableModel("The parts of this model do not fit.")
        second = self.meaning
        if second is not None and (
            second.phases.shape not in {(0,), second.projection.shape[1:]}
            or second.weights.shape != (second.width, topics)
            or second.bias.shape != (topics,)
        ):
            raise modelfile.UnreadableModel("The parts of this model do not fit.")


_ARRAYS = ("ids", "idf", "weights", "bias")


def _second_opinion(parts: dict[str, Any]) -> Meaning | None:
    """Take what belongs to it out of `parts`."""
    names = [name for name in parts if name.startswith(_SECOND)]
    own = {name.removeprefix(_SECOND): parts.pop(name) for name in names}
    if not own:
        return None
    # A file of before there was one has none.
    own.setdefault("bias", np.zeros(len(parts["topics"]), dtype=np.float32))
    return Meaning(**own)
