"""From scores to honest chances, and from a wanted precision to a threshold."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from webcare.domain.topics.answers import Scores, probabilities
from webcare.domain.topics.bars import Level
from webcare.domain.topics.features import Ints

Chances = NDArray[np.float64]

# No chance is above it: a model with this threshold leaves everything to people.
NEVER = 2.0
# Where nearly every answer is right, any threshold gives the wanted precision, and
# texts about something else entirely would pass. An answer more likely wrong than
# right is never sure.
EVEN_CHANCE = 0.5
_BINS = 15
# Sure answers of one topic that say something about that topic.
_ENOUGH_FOR_ONE = 30


def fit_temperature(scores: Scores, labels: Ints) -> float:
    """The temperature under which held-back labels are likeliest (Guo et al. 2017).

    One imaginary example is counted in whose label is anybody's guess, so that a few
    dozen right answers do not end in certainty.
    """

    def at(log_temperature: float) -> float:
        return surprise(scores, labels, float(np.exp(log_temperature)))

    found = minimize_scalar(at, bounds=(-4, 4), method="bounded")
    return float(np.exp(found.x))


def surprise(scores: Scores, labels: Ints, temperature: float) -> float:
    """How unlikely the labels are in all, one imaginary example included."""
    logs = np.log(probabilities(scores, temperature) + 1e-12)
    return float(-logs[np.arange(len(labels)), labels].sum() - logs.mean())


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


def fit_bars(
    topics: tuple[int, ...], chances: Chances, labels: Ints, wanted: float
) -> Level:
    """One bar for all, and a higher one for each topic that is clearly less right.

    A topic has a bar of its own where enough of its sure answers were held back to
    say that their precision is below what is wanted, by more than a standard error.
    """
    answers = chances.argmax(axis=1)
    confidence = chances.max(axis=1)
    is_right = answers == labels
    threshold = fit_threshold(confidence, is_right, wanted)
    own = {}
    for column, topic in enumerate(topics):
        of_topic = answers == column
        sure = of_topic & (confidence >= threshold)
        count = int(sure.sum())
        if count < _ENOUGH_FOR_ONE:
            continue
        error = np.sqrt(wanted * (1 - wanted) / count)
        if is_right[sure].mean() < wanted - error:
            bar = fit_threshold(confidence[of_topic], is_right[of_topic], wanted)
            own[topic] = max(bar, threshold)
    return Level(threshold, own)


def expected_calibration_error(
    confidence: Chances, is_right: NDArray[np.bool_]
) -> float:
    """Mean gap between confidence and share of right answers (Naeini et al. 2015)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - is_right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))
