"""Examples to a calibrated model and what is known of its quality.

Imports scikit-learn: only the child process that `process.py` starts comes here.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.answers import Chances, probabilities
from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.features import Ints
from webcare.domain.topics.gone import Gone
from webcare.domain.topics.model import TopicModel
from webcare.domain.topics.text import fold
from webcare.domain.topics.vectors import Floats, from_kept, kept
from webcare.training.calibration import fit_temperature
from webcare.training.fit import fit, folds_of, held_back_scores, learner_for
from webcare.training.meaning import learn_meaning
from webcare.training.quality import confusions, judge, per_topic
from webcare.training.vocabulary import matrix_of, vocabulary

Example = tuple[str, int]
# Compared on so many at most: the question is which is better, not by how much.
MOST_NEWEST = 500


class Vectors:
    """Sentence vectors by text; those that are known are not made again.

    Vectors pass through the precision they are kept in, so that a model does not depend
    on which of them were known. `made` are the new ones.
    """

    def __init__(self, encoder: Encoder | None, known: Mapping[str, Floats]) -> None:
        self.encoder = encoder
        self.made: dict[str, Floats] = {}
        self._known = known

    def of(self, texts: Sequence[str]) -> Floats:
        """One row per text. There must be an encoder."""
        assert self.encoder is not None
        missing = [text for text in texts if text not in self._known]
        rows = self.encoder.encode(missing)
        self.made = {
            text: from_kept(kept(row)) for text, row in zip(missing, rows, strict=True)
        }
        known = {**self._known, **self.made}
        return np.stack([known[text] for text in texts])


@dataclass(frozen=True)
class Before:
    """The model that decides now, and the texts that it has not seen."""

    model: TopicModel
    unseen: frozenset[str]
    encoder: Encoder | None
    gone: Gone = field(default_factory=dict)

    def beside(
        self,
        topics: tuple[int, ...],
        texts: Sequence[str],
        labels: Ints,
        held: NDArray[np.bool_],
        chances: Chances,
    ) -> dict[str, int]:
        """How often each was right about texts that it had not seen.

        The new model by its answers from when they were held back.
        """
        rows = [n for n in np.flatnonzero(held).tolist() if texts[n] in self.unseen]
        rows = rows[-MOST_NEWEST:]
        found = self.model.predict(
            [texts[n] for n in rows], encoder=self.encoder, gone=self.gone
        )
        likeliest = [one.alternatives[0][0] if one.alternatives else 0 for one in found]
        wanted = [topics[labels[n]] for n in rows]
        new = [topics[n] for n in chances[rows].argmax(axis=1)] if rows else []
        return {
            "examples": len(rows),
            "right": sum(a == b for a, b in zip(new, wanted, strict=True)),
            "right_before": sum(a == b for a, b in zip(likeliest, wanted, strict=True)),
        }


def train_model(
    examples: Iterable[Example],
    *,
    wanted_precision: float,
    vectors: "Vectors | None" = None,
    before: "Before | None" = None,
    told: Callable[[int], None] = lambda percent: None,
) -> tuple[TopicModel, dict[str, Any]]:
    """A calibrated model of the examples, and its metrics on held-back ones.

    The same examples give the same model, whatever their order. They must be of at
    least two topics. With vectors, what texts mean is learned beside their words.
    `before` is the model that decides now: both are asked what neither has seen. `told`
    hears how many per cent are done.
    """
    began = time.perf_counter()
    texts, labels, topics = _settled(examples)
    ids, idf = vocabulary(texts, len(topics))
    rows = matrix_of(texts, ids, idf)
    learner, folds = learner_for(len(texts)), folds_of(labels)
    held = folds >= 0

    told(10)
    scores = held_back_scores(
        rows, labels, folds, learner, lambda share: told(10 + int(50 * share))
    )
    temperature = fit_temperature(scores[held], labels[held]) if held.any() else 1.0
    chances = probabilities(scores, temperature)
    by_words = judge(topics, chances[held], labels[held], wanted_precision)
    second, together = None, by_words
    encoder = vectors.encoder if vectors else None
    if vectors is not None and encoder is not None:
        second = learn_meaning(
            encoder.name,
            vectors.of(texts),
            labels,
            scores.astype(np.float64) / temperature,
            held,
        )
        chances = second.held_back
        together = judge(topics, chances[held], labels[held], wanted_precision)
    told(85)
    linear = fit(rows, labels, learner)
    told(95)
    model = TopicModel(
        topics=topics,
        ids=ids,
        idf=idf,
        weights=linear.weights,
        bias=linear.bias,
        temperature=temperature,
        threshold=by_words.threshold,
        wanted_precision=wanted_precision,
        bars=by_words.bars,
        meaning=second and second.meaning,
        bars_with_meaning=together.bars,
    )
    answers = chances[held].argmax(axis=1)
    return model, {
        "learner": learner,
        "encoder": encoder and encoder.name,
        "examples": len(texts),
        "folds": int(folds.max()) + 1,
        "pieces": len(ids),
        "wanted_precision": wanted_precision,
        "temperature": temperature,
        "threshold": together.threshold,
        **together.metrics,
        "by_words": by_words.metrics,
        "meaning": second and second.meaning.facts(),
        "topics": per_topic(topics, labels, held, chances),
        "newest": before and before.beside(topics, texts, labels, held, chances),
        "confusions": confusions(topics, labels[held], answers),
        "seconds": round(time.perf_counter() - began, 3),
    }


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
