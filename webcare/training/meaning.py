"""Learning from sentence vectors: a ridge over random features, in closed form."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.answers import probabilities
from webcare.domain.topics.features import Ints
from webcare.domain.topics.meaning import Meaning, features
from webcare.domain.topics.vectors import Floats
from webcare.training.calibration import fit_temperature, surprise
from webcare.training.fit import FEW_EXAMPLES

# Measured on two English sets and a Dutch one, by what is left out: more features or
# another width gain less than half a point.
_FEATURES, _WIDTH, _RIDGE = 2048, 0.25, 0.03
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
# Shares are compared on so many examples: they are one number, not a thousand.
_COMPARED = 3_000
# What a cascade may lose beside always looking, as a share of the answers. On held-back
# parts of banking77 and CLINC150 half of it gains a tenth of a point more, and looks at
# a sixth more texts; on MASSIVE nothing changes.
_WORTH = 0.001
_BARS = np.arange(0.5, 1.0, 0.02)
# Always look.
NEVER_ENOUGH = 2.0

Chances = NDArray[np.float64]
Held = NDArray[np.bool_]


class SecondOpinion(NamedTuple):
    """What was learned, and chances for each example as if it had been left out."""

    meaning: Meaning
    held_back: Chances


def learn_meaning(
    encoder: str,
    vectors: Floats,
    labels: Ints,
    by_words: Chances,
    held: Held,
) -> SecondOpinion:
    """Learn what vectors say beside words.

    `by_words` are scores over temperature of each example from a model of words that
    has not seen it, true where `held`.
    """
    random = np.random.default_rng(0)
    size = vectors.shape[1]
    projection = random.standard_normal((size, _FEATURES)) * np.sqrt(2 * _WIDTH)
    phases = random.uniform(0, 2 * np.pi, _FEATURES)
    narrow = projection.astype(np.float32), phases.astype(np.float32)
    weights, left_out = _ridge(features(vectors, *narrow), labels)
    second = left_out / fit_temperature(left_out, labels)
    share = _share(by_words[held], second[held], labels[held])
    both = by_words + share * second
    alone = probabilities(by_words, 1.0).max(axis=1)
    bar = _bar(alone, by_words, both, labels, held)
    looked = held & (alone < bar)
    enough = looked if looked.sum() > 50 else held
    temperature = fit_temperature(both[enough], labels[enough])
    scale = share / fit_temperature(left_out, labels)
    meaning = Meaning(encoder, *narrow, weights, scale, temperature, bar)
    chances = probabilities(both, temperature)
    sure = alone >= bar
    chances[sure] = probabilities(by_words, 1.0)[sure]
    return SecondOpinion(meaning, chances)


def _ridge(raised: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Weights, and scores of each row as if it had been left out (Allen 1974)."""
    count = int(labels.max()) + 1
    wanted = np.full((len(labels), count), -1 / max(count - 1, 1), dtype=np.float32)
    wanted[np.arange(len(labels)), labels] = 1
    if len(raised) <= raised.shape[1]:
        return _ridge_by_rows(raised, wanted)
    inner = (raised.T @ raised).astype(np.float64)
    inner[np.diag_indices_from(inner)] += _RIDGE
    inverse = np.linalg.inv(inner).astype(np.float32)
    weights = inverse @ (raised.T @ wanted)
    leverage = np.einsum("ij,ij->i", raised @ inverse, raised)[:, None]
    left_out = (raised @ weights - leverage * wanted) / np.maximum(1 - leverage, 1e-3)
    return np.ascontiguousarray(weights, dtype=np.float32), left_out


def _ridge_by_rows(raised: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """The same where rows are fewer than features: through their kernel."""
    kernel = (raised @ raised.T).astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += _RIDGE
    inverse = np.linalg.inv(kernel)
    dual = inverse @ wanted
    left_out = wanted - dual / np.diag(inverse)[:, None]
    weights = raised.T @ dual.astype(np.float32)
    return np.ascontiguousarray(weights), left_out.astype(np.float32)


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


def _bar(
    alone: Chances, by_words: Chances, both: Chances, labels: Ints, held: Held
) -> float:
    """The lowest chance by words from which looking further gains nothing."""
    if len(labels) <= FEW_EXAMPLES or not held.any():
        return NEVER_ENOUGH
    words_right = (by_words.argmax(axis=1) == labels)[held]
    both_right = (both.argmax(axis=1) == labels)[held]
    aim = both_right.mean() - _WORTH
    for bar in _BARS.tolist():
        if np.where(alone[held] >= bar, words_right, both_right).mean() >= aim:
            return float(bar)
    return NEVER_ENOUGH
