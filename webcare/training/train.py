"""Examples to a calibrated model and what is known of its quality.

Imports scikit-learn: only the child process that `process.py` starts comes here.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from webcare.domain.topics.answers import Calibration, Chances
from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.model import TopicModel
from webcare.training.before import Before
from webcare.training.calibration import fit_calibration
from webcare.training.fit import Linear, fit, held_back_scores
from webcare.training.meaning import Named, SecondOpinion, Words, learn_meaning
from webcare.training.quality import Verdict, confusions, judge, per_topic
from webcare.training.rows import Example, Rows
from webcare.training.vectors import Vectors

Names = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class _Judged:
    """Chances of each example from when it was held back, and what they are worth.

    `by_words` says how scores of words are calibrated.
    """

    by_words: Calibration
    words: Verdict
    second: SecondOpinion | None
    chances: Chances
    together: Verdict


def train_model(
    examples: Iterable[Example],
    *,
    wanted_precision: float,
    vectors: Vectors | None = None,
    names: Names = MappingProxyType({}),
    before: Before | None = None,
    told: Callable[[int], None] = lambda percent: None,
) -> tuple[TopicModel, dict[str, Any]]:
    """A calibrated model of the examples, and its metrics on held-back ones.

    The same examples give the same model, whatever their order. They must be of at
    least two topics. With vectors, what texts mean is learned beside their words, and
    while they are few also from the `names` of their topics. `before` is the model that
    decides now: both are asked what neither has seen. `told` hears how many per cent
    are done.
    """
    began = time.perf_counter()
    rows = Rows.of(examples)
    told(10)
    judged = _judged(rows, wanted_precision, vectors, names, told)
    told(85)
    linear = fit(rows.matrix, rows.labels, rows.learner)
    told(95)
    model = _model(rows, linear, judged, wanted_precision)
    metrics = _metrics(rows, judged, wanted_precision, before)
    return model, metrics | {"seconds": round(time.perf_counter() - began, 3)}


def _judged(
    rows: Rows,
    wanted: float,
    vectors: Vectors | None,
    names: Names,
    told: Callable[[int], None],
) -> _Judged:
    held, labels = rows.held, rows.labels
    scores = held_back_scores(
        rows.matrix,
        labels,
        rows.folds,
        rows.learner,
        lambda share: told(10 + int(50 * share)),
    )
    by_words = fit_calibration(scores[held], labels[held])
    chances = by_words.chances(scores)
    words = judge(rows.topics, chances[held], labels[held], wanted)
    over = scores.astype(np.float64) / by_words.temperature
    said = Words(over, by_words.doubt, rows.folds)
    second = _second_opinion(rows, vectors, said, names)
    if second is None:
        return _Judged(by_words, words, None, chances, words)
    together = judge(rows.topics, second.held_back[held], labels[held], wanted)
    return _Judged(by_words, words, second, second.held_back, together)


def _second_opinion(
    rows: Rows, vectors: Vectors | None, words: Words, names: Names
) -> SecondOpinion | None:
    """What vectors say beside words; None where there is no encoder."""
    if vectors is None or vectors.encoder is None:
        return None
    found = vectors.of(rows.texts)
    named = _named(rows, vectors.encoder, names)
    return learn_meaning(vectors.encoder.name, found, rows.labels, words, named)


def _named(rows: Rows, encoder: Encoder, names: Names) -> Named:
    given = [
        (name, label)
        for label, topic in enumerate(rows.topics)
        for name in names.get(topic, ())
    ]
    labels = np.array([label for _, label in given], dtype=np.int64)
    return Named(encoder.encode([name for name, _ in given]), labels)


def _model(
    rows: Rows, linear: Linear, judged: _Judged, wanted_precision: float
) -> TopicModel:
    return TopicModel(
        topics=rows.topics,
        ids=rows.ids,
        idf=rows.idf,
        weights=linear.weights,
        bias=linear.bias,
        temperature=judged.by_words.temperature,
        doubt=judged.by_words.doubt,
        threshold=judged.words.threshold,
        wanted_precision=wanted_precision,
        bars=judged.words.bars,
        meaning=judged.second and judged.second.meaning,
        bars_with_meaning=judged.together.bars,
        counts=tuple(np.bincount(rows.labels).tolist()),
    )


def _metrics(
    rows: Rows, judged: _Judged, wanted_precision: float, before: Before | None
) -> dict[str, Any]:
    """What is known of the model, JSON-ready; all of it of held-back examples."""
    topics, labels, held = rows.topics, rows.labels, rows.held
    meaning, chances = judged.second and judged.second.meaning, judged.chances
    answers = chances[held].argmax(axis=1)
    return {
        "learner": rows.learner,
        "encoder": meaning and meaning.encoder,
        "examples": len(rows.texts),
        "folds": int(rows.folds.max()) + 1,
        "pieces": len(rows.ids),
        "wanted_precision": wanted_precision,
        **judged.by_words._asdict(),
        "threshold": judged.together.threshold,
        **judged.together.metrics,
        "by_words": judged.words.metrics,
        "meaning": meaning and meaning.facts(),
        "topics": per_topic(topics, labels, held, chances),
        "newest": before and before.beside(topics, rows.texts, labels, held, chances),
        "confusions": confusions(topics, labels[held], answers),
    }
