"""What answers are worth: figures over (asked, answered) pairs, and nothing else."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score


class Answer(NamedTuple):
    """The likeliest topic with its chance, and where the bar of each precision is."""

    topic: str
    confidence: float
    sure: dict[float, bool]  # by the precision asked for


_BINS = 15
_ROOM = 0.02  # what precision may be off from what was asked


def figures(
    truth: Sequence[str], answers: Sequence[Answer], out_of_scope: str
) -> dict[str, Any]:
    """Accuracy, macro-F1 and ECE in scope; coverage and precision of the sure ones.

    Precision is that of questions in scope. The AUROC is how well confidence tells
    what is in scope from what is not; None where nothing is out of scope.
    """
    labels = np.array(truth)
    inside = labels != out_of_scope
    found = np.array([answer.topic for answer in answers])
    confidence = np.array([answer.confidence for answer in answers])
    right = (found == labels)[inside]
    told = {
        "accuracy": float(right.mean()),
        "macro_f1": float(
            f1_score(
                labels[inside],
                found[inside],
                labels=np.unique(labels[inside]),
                average="macro",
                zero_division=0,
            )
        ),
        "ece": calibration_error(confidence[inside], right),
        "auroc": None if inside.all() else float(roc_auc_score(inside, confidence)),
    }
    for wanted in answers[0].sure:
        sure = np.array([answer.sure[wanted] for answer in answers])[inside]
        told[f"coverage {wanted:.0%}"] = float(sure.mean())
        told[f"precision {wanted:.0%}"] = (
            float(right[sure].mean()) if sure.any() else None
        )
        told[f"asked {wanted:.0%}"] = against_asked(
            told[f"precision {wanted:.0%}"], told["accuracy"], wanted
        )
    return told


def against_asked(precision: float | None, accuracy: float, wanted: float) -> str:
    """✓ within two points of what was asked, else ✗; – where nothing was sure.

    `limit` where so many are right of all answers that none of them could be left out
    and still more be right than was asked: then within two points of that.
    """
    if precision is None:
        return "–"
    if abs(precision - wanted) <= _ROOM:
        return "✓"
    is_near = wanted + _ROOM < accuracy and abs(precision - accuracy) <= _ROOM
    return "limit" if is_near else "✗"


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """The mean gap between confidence and share of right answers, in 15 bins."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(right))
