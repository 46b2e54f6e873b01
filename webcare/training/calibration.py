"""From scores to honest chances, and from a wanted precision to a threshold."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from webcare.domain.topics.features import Ints
from webcare.domain.topics.model import probabilities
from webcare.domain.topics.vectors import Floats

Chances = NDArray[np.float64]

# No chance is above it: a model with this threshold leaves everything to people.
NEVER = 2.0
# Where nearly every answer is right, any threshold gives the wanted precision, and
# texts about something else entirely would pass. An answer more likely wrong than
# right is never sure.
EVEN_CHANCE = 0.5
_BINS = 15


def fit_temperature(scores: Floats, labels: Ints) -> float:
    """The temperature under which held-back labels are likeliest (Guo et al. 2017).

    One imaginary example is counted in whose label is anybody's guess, so that a few
    dozen right answers do not end in certainty.
    """
    rows = np.arange(len(labels))

    def surprise(log_temperature: float) -> float:
        chances = probabilities(scores, float(np.exp(log_temperature)))
        logs = np.log(chances + 1e-12)
        return float(-logs[rows, labels].sum() - logs.mean())

    found = minimize_scalar(surprise, bounds=(-4, 4), method="bounded")
    return float(np.exp(found.x))


def fit_threshold(
    confidence: Chances, is_right: NDArray[np.bool_], wanted: float
) -> float:
    """The lowest threshold above which at least `wanted` of the answers were right,
    and not below an even chance.

    One imaginary mistake is counted in, so that a handful of lucky answers is not
    taken for precision; among hundreds it makes no difference. NEVER when no
    threshold is good enough.
    """
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum(is_right[order]) / (np.arange(len(order)) + 2)
    good = np.flatnonzero(precision >= wanted)
    if not len(good):
        return NEVER
    threshold = float(confidence[order][good[-1]])
    if good[-1] == len(order) - 1:
        # All answers together are good enough: none of them argues for a bar above
        # what calibrated chances promise by themselves.
        threshold = min(threshold, wanted)
    return max(threshold, EVEN_CHANCE)


def expected_calibration_error(
    confidence: Chances, is_right: NDArray[np.bool_]
) -> float:
    """Mean gap between confidence and share of right answers (Naeini et al. 2015)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - is_right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))
