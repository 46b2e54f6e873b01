"""What answers on held-back examples say about a model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support

from webcare.domain.topics.answers import Scores
from webcare.domain.topics.bars import LEVELS, Bars
from webcare.domain.topics.features import Ints
from webcare.training.calibration import (
    NEVER,
    Chances,
    expected_calibration_error,
    fit_bars,
    fit_threshold,
)

MOST_CONFUSIONS = 50
_THIN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far to trust chances, and the figures that say so (JSON-ready)."""

    threshold: float
    bars: Bars
    metrics: dict[str, Any]


def judge(
    topics: tuple[int, ...], chances: Chances, labels: Ints, wanted_precision: float
) -> Verdict:
    """Set bars by the calibrated `chances` of held-back examples, and measure them.

    Without held-back examples nothing is known, and the model is never sure.
    """
    if not len(labels):
        return Verdict(NEVER, Bars(), metrics={"measured": 0})
    answers = chances.argmax(axis=1)
    is_right = answers == labels
    confidence = chances.max(axis=1)
    levels = {one: fit_bars(topics, chances, labels, one) for one in LEVELS}
    bars = Bars(levels)
    threshold = fit_threshold(confidence, is_right, wanted_precision)
    sure = confidence >= bars.of(topics, wanted_precision, threshold)[answers]
    metrics = {
        "measured": len(labels),
        "accuracy": _figure(is_right.mean()),
        "macro_f1": _figure(f1_score(labels, answers, average="macro")),
        "ece": _figure(expected_calibration_error(confidence, is_right)),
        **_sure_part(sure, is_right),
        "levels": [
            {"wanted": one, "threshold": _figure(level.threshold)}
            | _sure_part(confidence >= bars.of(topics, one, NEVER)[answers], is_right)
            for one, level in levels.items()
        ],
        "calibration": _calibration(confidence, is_right),
    }
    return Verdict(threshold, bars, metrics)


def _calibration(
    confidence: Chances, is_right: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Said and come true, by tenths of confidence."""
    tenth = np.minimum((confidence * 10).astype(int), 9)
    return [
        {
            "from": n / 10,
            "answers": int((tenth == n).sum()),
            "said": _figure(confidence[tenth == n].mean()),
            "right": _figure(is_right[tenth == n].mean()),
        }
        for n in range(10)
        if (tenth == n).any()
    ]


def confusions(
    topics: tuple[int, ...], labels: Ints, answers: Ints
) -> list[dict[str, Any]]:
    """The pairs of topics that are most often taken for each other, most first."""
    wrong = labels != answers
    pairs, counts = np.unique(
        np.stack([labels[wrong], answers[wrong]], axis=1), axis=0, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")[:MOST_CONFUSIONS]
    return [
        {
            "topic": topics[pairs[n][0]],
            "taken_for": topics[pairs[n][1]],
            "count": int(counts[n]),
        }
        for n in order
    ]


def per_topic(
    topics: tuple[int, ...], labels: Ints, held: NDArray[np.bool_], scores: Scores
) -> list[dict[str, Any]]:
    """Examples of each topic, and precision and recall where some were held back."""
    columns = range(len(topics))
    if held.any():
        precision, recall, _, measured = precision_recall_fscore_support(
            labels[held], scores[held].argmax(axis=1), labels=columns, zero_division=0
        )
    else:
        precision = recall = measured = np.zeros(len(topics))
    counts = np.bincount(labels)
    return [
        {
            "topic": topics[column],
            "examples": int(counts[column]),
            "is_thin": bool(counts[column] < _THIN),
            "measured": int(measured[column]),
            "precision": _figure(precision[column]),
            "recall": _figure(recall[column]),
        }
        for column in columns
    ]


def _sure_part(sure: NDArray[np.bool_], is_right: NDArray[np.bool_]) -> dict[str, Any]:
    precision = _figure(is_right[sure].mean()) if sure.any() else None
    return {"coverage": _figure(sure.mean()), "precision": precision}


def _figure(value: float) -> float:
    return round(float(value), 4)
