"""What answers on held-back examples say about a model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support

from webcare.domain.topics.features import Ints
from webcare.domain.topics.model import probabilities
from webcare.domain.topics.vectors import Floats
from webcare.training.calibration import (
    NEVER,
    expected_calibration_error,
    fit_temperature,
    fit_threshold,
)

_THIN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far to trust the scores, and the figures that say so (JSON-ready)."""

    temperature: float
    threshold: float
    metrics: dict[str, Any]


def judge(scores: Floats, labels: Ints, wanted_precision: float) -> Verdict:
    """Calibrate on held-back `scores` and measure what that calibration gives.

    Without held-back examples nothing is known, and the model is never sure.
    """
    if not len(labels):
        return Verdict(temperature=1.0, threshold=NEVER, metrics={"measured": 0})
    temperature = fit_temperature(scores, labels)
    answers = scores.argmax(axis=1)
    is_right = answers == labels
    confidence = probabilities(scores, temperature).max(axis=1)
    threshold = fit_threshold(confidence, is_right, wanted_precision)
    metrics = {
        "measured": len(labels),
        "accuracy": _figure(is_right.mean()),
        "macro_f1": _figure(f1_score(labels, answers, average="macro")),
        "ece": _figure(expected_calibration_error(confidence, is_right)),
        **_sure_part(confidence >= threshold, is_right),
    }
    return Verdict(temperature, threshold, metrics)


def per_topic(
    topics: tuple[int, ...], labels: Ints, held: NDArray[np.bool_], scores: Floats
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
