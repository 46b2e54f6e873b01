"""From scores to honest chances, and from a wanted precision to a threshold."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from webcare.domain.topics.answers import Calibration, Scores, probabilities
from webcare.domain.topics.bars import Level
from webcare.domain.topics.features import Ints

Chances = NDArray[np.float64]

# No chance is above it: a model with this threshold leaves everything to people.
NEVER = 2.0
# Sure answers are to be as often right as is wanted, not more often: each that is held
# back for nothing costs somebody a look. But what is three times as likely wrong as
# right is never sure, or texts about something else entirely would pass.
LEAST_CHANCE = 0.25
# Where more than is wanted are right of all answers, by over two points, no bar can
# leave just what is wanted. Then it keeps more of such texts out, for nearly nothing.
GUARDED_CHANCE = 0.4
_ROOM = 0.02
_BINS = 15
# Two numbers are fitted on so many answers: they are not a thousand numbers.
_FITTED_ON = 3_000
# Log temperature, and doubt. It is for labels that contradict each other; what is left
# to it of hard texts makes them look like those that no topic is meant for.
_WITHIN = ((-4.0, 4.0), (0.0, 0.02))
_SMALL = 1e-12
# Sure answers of one topic that say something about that topic, and by how many
# standard errors it has to be less right: by one, luck makes sixteen of a hundred so.
_ENOUGH_FOR_ONE = 30
_ERRORS = 3
# The bar of the others falls each time some have one of their own, and less each time.
_ROUNDS = 5


def fit_temperature(scores: Scores, labels: Ints) -> float:
    """The temperature under which held-back labels are likeliest (Guo et al. 2017).

    One imaginary example is counted in whose label is anybody's guess, so that a few
    dozen right answers do not end in certainty.
    """

    def at(log_temperature: float) -> float:
        return surprise(scores, labels, float(np.exp(log_temperature)))

    found = minimize_scalar(at, bounds=(-4, 4), method="bounded")
    return float(np.exp(found.x))


def fit_calibration(scores: Scores, labels: Ints) -> Calibration:
    """The temperature and doubt under which it is likeliest which of the held-back
    answers were right.

    What is told, and what bars are set by, is the chance of the answer; that of every
    other topic would bend it. One imaginary answer is counted in that is as well right
    as wrong. Without answers nothing is changed.
    """
    if not len(labels):
        return Calibration()
    step = max(1, len(labels) // _FITTED_ON)
    asked, known = scores[::step].astype(np.float64), labels[::step]
    is_right = asked.argmax(axis=1) == known
    behind = asked - asked.max(axis=1, keepdims=True)

    def left(guess: NDArray[np.float64]) -> float:
        sharp = 1 / np.exp(behind / np.exp(guess[0])).sum(axis=1)
        chance = (1 - guess[1]) * sharp + guess[1] / behind.shape[1]
        right, wrong = np.log(chance + _SMALL), np.log(1 - chance + _SMALL)
        told = np.where(is_right, right, wrong).sum() + (right + wrong).mean() / 2
        return -float(told)

    start = [np.log(fit_temperature(asked, known)), 0.01]
    found = minimize(left, start, method="Nelder-Mead", bounds=_WITHIN).x
    return Calibration(float(np.exp(found[0])), float(found[1]))


def surprise(scores: Scores, labels: Ints, temperature: float) -> float:
    """How unlikely the labels are in all, one imaginary example included."""
    logs = np.log(probabilities(scores, temperature) + 1e-12)
    return float(-logs[np.arange(len(labels)), labels].sum() - logs.mean())


def fit_threshold(
    confidence: Chances,
    is_right: NDArray[np.bool_],
    wanted: float,
    least: float | None = None,
) -> float:
    """The lowest threshold above which at least `wanted` of the answers were right,
    and not below `least`, by default as low as all these answers allow.

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
    return max(threshold, _least(is_right, wanted) if least is None else least)


def _least(is_right: NDArray[np.bool_], wanted: float) -> float:
    """The chance below which nothing is sure, given all answers."""
    is_easy = is_right.mean() > wanted + _ROOM
    return GUARDED_CHANCE if is_easy else LEAST_CHANCE


def fit_bars(
    topics: tuple[int, ...], chances: Chances, labels: Ints, wanted: float
) -> Level:
    """One bar for all, and a higher one for each topic that is clearly less right.

    A topic has a bar of its own where enough of its sure answers were held back to
    say that their precision is below what is wanted, by more than three standard
    errors. Those that have one reach what is wanted by it, so that the bar of the
    others is fitted on the others alone: with all of them in it would ask too much.
    """
    answers = chances.argmax(axis=1)
    confidence = chances.max(axis=1)
    is_right = answers == labels
    least = _least(is_right, wanted) if len(is_right) else LEAST_CHANCE
    threshold = fit_threshold(confidence, is_right, wanted, least)
    own: dict[int, float] = {}
    shared = np.ones(len(labels), dtype=bool)
    for _ in range(_ROUNDS):
        sure = shared & (confidence >= threshold)
        less = [
            n
            for n in range(len(topics))
            if _is_less(is_right[sure & (answers == n)], wanted)
        ]
        if not less:
            break
        for column in less:
            of = answers == column
            bar = fit_threshold(confidence[of], is_right[of], wanted, least)
            own[topics[column]] = max(bar, threshold)
        shared &= ~np.isin(answers, less)
        if shared.sum() >= _ENOUGH_FOR_ONE:
            rest = fit_threshold(confidence[shared], is_right[shared], wanted, least)
            threshold = min(threshold, rest)
    return Level(threshold, own)


def _is_less(is_right: NDArray[np.bool_], wanted: float) -> bool:
    """Whether enough sure answers say that fewer than `wanted` of them are right."""
    if len(is_right) < _ENOUGH_FOR_ONE:
        return False
    error = np.sqrt(wanted * (1 - wanted) / len(is_right))
    return bool(is_right.mean() < wanted - _ERRORS * error)


def expected_calibration_error(
    confidence: Chances, is_right: NDArray[np.bool_]
) -> float:
    """Mean gap between confidence and share of right answers (Naeini et al. 2015)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - is_right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))
