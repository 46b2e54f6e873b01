"""Examples to a calibrated model and what is known of its quality.

Imports scikit-learn: only the child process that `process.py` starts comes here.
"""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from webcare.domain.topics.features import Ints
from webcare.domain.topics.model import TopicModel
from webcare.domain.topics.text import fold
from webcare.training.fit import fit, folds_of, held_back_scores, learner_for
from webcare.training.quality import judge, per_topic
from webcare.training.vocabulary import matrix_of, vocabulary

Example = tuple[str, int]


def train_model(
    examples: Iterable[Example], *, wanted_precision: float
) -> tuple[TopicModel, dict[str, Any]]:
    """A calibrated model of the examples, and its metrics on held-back ones.

    The same examples give the same model, whatever their order. They must be of at
    least two topics.
    """
    began = time.perf_counter()
    texts, labels, topics = _settled(examples)
    ids, idf = vocabulary(texts, len(topics))
    vectors = matrix_of(texts, ids, idf)
    learner, folds = learner_for(len(texts)), folds_of(labels)
    held = folds >= 0

    scores = held_back_scores(vectors, labels, folds, learner)
    verdict = judge(scores[held], labels[held], wanted_precision)
    linear = fit(vectors, labels, learner)
    model = TopicModel(
        topics=topics,
        ids=ids,
        idf=idf,
        weights=linear.weights,
        bias=linear.bias,
        temperature=verdict.temperature,
        threshold=verdict.threshold,
        wanted_precision=wanted_precision,
    )
    return model, {
        "learner": learner,
        "examples": len(texts),
        "folds": int(folds.max()) + 1,
        "pieces": len(ids),
        "wanted_precision": wanted_precision,
        "temperature": verdict.temperature,
        "threshold": verdict.threshold,
        **verdict.metrics,
        "topics": per_topic(topics, labels, held, scores),
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
