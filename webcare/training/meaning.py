"""Learning from sentence vectors: a ridge over random features, or logistic regression
where examples are few."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.answers import Calibration
from webcare.domain.topics.features import Ints
from webcare.domain.topics.meaning import Meaning
from webcare.domain.topics.vectors import Floats
from webcare.training.calibration import fit_calibration, fit_temperature, surprise
from webcare.training.fit import FEW_EXAMPLES, LOGISTIC, fit, held_back_scores
from webcare.training.ridge import directions, ridge

# Ten examples a topic are too few for a ridge: there logistic regression on the vectors
# is a point better on both of two sets, and more honest.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
# Shares are compared on so many examples: they are one number, not a thousand.
_COMPARED = 3_000
# How many of the held-back texts are looked at, as a share. Looking does not harm, but
# costs ten times the words' time. Held-back texts resemble those learned from more than
# new ones do, and make words alone seem good enough too soon: at a fifth, new texts of
# three sets lost up to a quarter of a point beside looking at all, at a quarter .05.
_LOOKED = 0.25
# Where examples are few, each name of a topic counts as so many of them. Measured on
# draws of nine or ten examples a topic from five training halves: between half a point
# and four more are right, with three times about as many.
_NAMED = 2
# With fewer answers of a kind, all are calibrated together.
_ENOUGH = 50
# Always look.
NEVER_ENOUGH = 2.0

Chances = NDArray[np.float64]
Held = NDArray[np.bool_]


class SecondOpinion(NamedTuple):
    """What was learned, and chances for each example as if it had been left out."""

    meaning: Meaning
    held_back: Chances


class Named(NamedTuple):
    """What topics are called, as vectors: one row of `labels` for each name."""

    vectors: Floats
    labels: Ints


class Words(NamedTuple):
    """What words say of each example in a `fold` where it was held back; -1 is none.

    `scores` are over temperature.
    """

    scores: Chances
    doubt: float
    folds: Ints


class _Learned(NamedTuple):
    """A linear model of features, and its scores of examples that it had not seen."""

    projection: Floats
    phases: Floats
    weights: Floats
    bias: Floats
    left_out: Floats


def learn_meaning(
    encoder: str, vectors: Floats, labels: Ints, words: Words, named: Named
) -> SecondOpinion:
    """Learn what vectors say beside words; names are learned from where examples are
    few."""
    held, by_words = words.folds >= 0, words.scores
    learned = _learned(vectors, labels, words.folds, named)
    scale = 1.0
    if held.any():
        scale = 1 / fit_temperature(learned.left_out[held], labels[held])
    second = scale * learned.left_out
    share = _share(by_words[held], second[held], labels[held])
    both = by_words + share * second
    alone = Calibration(doubt=words.doubt).chances(by_words).max(axis=1)
    bar = _bar(alone, held)
    looked = alone < bar
    together = _fitted_where(held & looked, both, labels, held)
    by_themselves = _fitted_where(held & ~looked, by_words, labels, held)
    meaning = Meaning(
        encoder,
        *learned[:-1],
        share=share * scale,
        temperature=together.temperature,
        doubt=together.doubt,
        bar=bar,
        sure_temperature=by_themselves.temperature,
        sure_doubt=by_themselves.doubt,
    )
    chances = together.chances(both)
    chances[~looked] = by_themselves.chances(by_words)[~looked]
    return SecondOpinion(meaning, chances)


def _fitted_where(
    which: Held, scores: Chances, labels: Ints, held: Held
) -> Calibration:
    """Fitted on the answers that will be told so; on all, where those are few."""
    enough = which if which.sum() > _ENOUGH else held
    return fit_calibration(scores[enough], labels[enough])


def _learned(vectors: Floats, labels: Ints, folds: Ints, named: Named) -> _Learned:
    if len(labels) <= FEW_EXAMPLES:
        return _learned_from_few(vectors, labels, folds, named)
    projection = directions(vectors.shape[1])
    weights, left_out = ridge(vectors, projection, labels)
    bias = np.zeros(weights.shape[1], dtype=np.float32)
    return _Learned(projection, bias[:0], weights, bias, left_out)


def _learned_from_few(
    vectors: Floats, labels: Ints, folds: Ints, named: Named
) -> _Learned:
    """Logistic regression on the vectors themselves, and on names, which are never
    held back."""
    count = len(labels)
    vectors = np.vstack([vectors, *[named.vectors] * _NAMED])
    labels = np.concatenate([labels, *[named.labels] * _NAMED])
    folds = np.pad(folds, (0, len(labels) - count), constant_values=-1)
    linear = fit(vectors, labels, LOGISTIC)
    left_out = held_back_scores(vectors, labels, folds, LOGISTIC)[:count]
    none = np.zeros((vectors.shape[1], 0), dtype=np.float32)
    return _Learned(none, none[0], *linear, left_out)


def _share(by_words: Chances, second: Floats, labels: Ints) -> float:
    """What meaning weighs beside words, so that held-back labels are likeliest."""
    step = max(1, len(labels) // _COMPARED)
    words, means, known = by_words[::step], second[::step], labels[::step]
    if not len(known):
        return 1.0

    def left(share: float) -> float:
        both = words + share * means
        return surprise(both, known, fit_temperature(both, known))

    return min(_SHARES, key=left)


def _bar(alone: Chances, held: Held) -> float:
    """The chance by words from which they are believed alone."""
    if len(alone) <= FEW_EXAMPLES or not held.any():
        return NEVER_ENOUGH
    return float(np.quantile(alone[held], _LOOKED))
