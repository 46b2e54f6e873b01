"""The trained model: texts to topics, each answer with its confidence and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics import modelfile
from webcare.domain.topics.features import pieces_of
from webcare.domain.topics.reasons import Reason, reasons_of
from webcare.domain.topics.vectors import Floats, weigh

# Raised when pieces are cut or weighed differently: older models no longer fit then.
FEATURES_VERSION = 1
ALTERNATIVES = 3
# Keeps the memory of one call bounded, whatever the caller asks at once.
BATCH = 256


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model makes of one text. `topic` is None when it is not sure enough.

    `confidence` is that of the likeliest topic, calibrated: of all answers given with
    0.8, eight in ten are right. `alternatives` are the likeliest topics with theirs,
    best first, the chosen one included. `why` are the words that put the likeliest
    topic ahead of the next, with how much they weighed.
    """

    topic: int | None
    confidence: float
    alternatives: tuple[tuple[int, float], ...] = ()
    why: tuple[Reason, ...] = ()


NO_IDEA = Prediction(topic=None, confidence=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """A linear model over hashed pieces, with a temperature and a threshold.

    `ids` (sorted) and `idf` have one entry for each known piece, `weights` one row
    for each piece and one column for each topic, so that a text touches only the
    rows of its own pieces.
    """

    topics: tuple[int, ...]
    ids: NDArray[np.uint32]
    idf: Floats
    weights: Floats
    bias: Floats
    temperature: float
    threshold: float
    wanted_precision: float

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
            model = cls(topics=tuple(parts.pop("topics")), **parts)
        except (TypeError, KeyError) as error:
            raise modelfile.UnreadableModel("This is not a topic model.") from error
        model._require_shapes()
        return model

    def to_bytes(self) -> bytes:
        """The file `load` reads; equal models give equal bytes."""
        facts: dict[str, Any] = {
            "features": FEATURES_VERSION,
            "topics": self.topics,
            "temperature": self.temperature,
            "threshold": self.threshold,
            "wanted_precision": self.wanted_precision,
        }
        names = ("ids", "idf", "weights", "bias")
        return modelfile.to_bytes(facts, {name: getattr(self, name) for name in names})

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One answer per text, the same whatever other texts stand beside it."""
        starts = range(0, len(texts), BATCH)
        batches = [self._predict(texts[start : start + BATCH]) for start in starts]
        return [prediction for batch in batches for prediction in batch]

    def _predict(self, texts: Sequence[str]) -> list[Prediction]:
        pieces = pieces_of(texts)
        vectors = weigh(pieces, self.ids, self.idf)
        scores = vectors.matrix(len(self.ids)) @ self.weights + self.bias
        ranked = np.argsort(-scores, axis=1, kind="stable")
        chances = probabilities(scores, self.temperature)
        best = ranked[:, :ALTERNATIVES]
        why = reasons_of(pieces.legend, vectors, self.weights, ranked[:, :2])
        has_evidence = np.bincount(vectors.docs, minlength=len(texts)) > 0
        return [
            self._answer(*answer) if known else NO_IDEA
            for known, *answer in zip(
                has_evidence.tolist(),
                best.tolist(),
                np.take_along_axis(chances, best, axis=1).tolist(),
                why,
                strict=True,
            )
        ]

    def _answer(
        self, best: list[int], chances: list[float], why: tuple[Reason, ...]
    ) -> Prediction:
        topics = [self.topics[column] for column in best]
        return Prediction(
            topic=topics[0] if chances[0] >= self.threshold else None,
            confidence=chances[0],
            alternatives=tuple(zip(topics, chances, strict=True)),
            why=why,
        )

    def _require_shapes(self) -> None:
        pieces, topics = len(self.ids), len(self.topics)
        shapes = (self.idf.shape, self.weights.shape, self.bias.shape)
        if shapes != ((pieces,), (pieces, topics), (topics,)) or topics < 2:
            raise modelfile.UnreadableModel("The parts of this model do not fit.")


def probabilities(scores: Floats, temperature: float) -> NDArray[np.float64]:
    """Softmax of `scores` / `temperature` along each row (Guo et al. 2017)."""
    scaled = scores.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    return raised / raised.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
