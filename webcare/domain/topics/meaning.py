"""The second opinion: what a text means, beside the words it is written in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.answers import Calibration
from webcare.domain.topics.vectors import Floats

# Vectors differ in their last digits with the texts they are made beside. Chances are
# therefore rounded, and what lies this near to the edge of rounding is asked alone:
# so the answer depends on the text and on nothing else. The finer the steps, the more
# texts lie near an edge.
STEPS = 200  # between no chance and certainty
_EDGE = 0.01  # in steps
# What lies further behind cannot be rounded to the same step, whatever its last digits.
_BEHIND = 1 + 2 * _EDGE

Chances = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """A linear model over random Fourier features of sentence vectors.

    The features cos(x·P) and sin(x·P) make their inner product a Gaussian kernel
    (Rahimi and Recht 2007); models of before have cos(x·P + φ). Without P the vectors
    are taken as they are. `share` is what its scores
    weigh beside those of the words; `temperature` and `doubt` are those of both. From
    `bar` on the words are believed alone, by a temperature and a doubt for there.
    """

    encoder: str
    projection: Floats
    phases: Floats
    weights: Floats
    bias: Floats
    share: float
    temperature: float
    bar: float
    # Models of before these were there do without.
    doubt: float = 0.0
    sure_temperature: float = 1.0
    sure_doubt: float = 0.0

    @property
    def width(self) -> int:
        """How many features the weights are for."""
        size, directions = self.projection.shape
        return len(self.phases) or 2 * directions or size

    def scores(self, vectors: Floats) -> Floats:
        """One row per vector, one column per topic."""
        raised = features(vectors, self.projection, self.phases)
        found: Floats = raised @ self.weights + self.bias
        return found

    def together(self, by_words: Chances, vectors: Floats) -> Chances:
        """Chances by both, given the words' own scores."""
        both: Chances = by_words + self.share * self.scores(vectors)
        return Calibration(self.temperature, self.doubt).chances(both)

    def sure(self, by_words: Chances) -> Chances:
        """Chances by words where they are believed alone."""
        return Calibration(self.sure_temperature, self.sure_doubt).chances(by_words)

    def arrays(self) -> dict[str, Floats]:
        return {name: getattr(self, name) for name in ARRAYS}

    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FACTS}


ARRAYS = ("projection", "phases", "weights", "bias")
FACTS = (
    *("encoder", "share", "temperature", "doubt", "bar"),
    *("sure_temperature", "sure_doubt"),
)


def features(vectors: Floats, projection: Floats, phases: Floats) -> Floats:
    """Random Fourier features, scaled so that each has length one on average.

    The vectors themselves where there is nothing to project them on.
    """
    if not projection.shape[1]:
        return vectors
    along = vectors @ projection
    if len(phases):
        raised: Floats = np.cos(along + phases)
    else:
        raised = np.hstack([np.cos(along), np.sin(along)])
    raised *= np.float32(np.sqrt(2 / raised.shape[1]))
    return raised


def rounded(chances: Chances) -> Chances:
    """To the nearest step."""
    told: Chances = np.round(chances * STEPS) / STEPS
    return told


def is_shaky(chances: Chances, among: int | None = None) -> NDArray[np.bool_]:
    """Which rows hold a chance that another last digit would round to another step.

    Of chances that may be `among` so many likeliest once they are rounded; of all, if
    None.
    """
    scaled = chances * STEPS
    from_edge = np.abs(scaled - np.floor(scaled) - 0.5)
    counts = from_edge < _EDGE
    if among is not None and among < chances.shape[1]:
        last = np.partition(scaled, -among, axis=1)[:, -among]
        counts &= scaled > last[:, None] - _BEHIND
    shaky: NDArray[np.bool_] = np.logical_or.reduce(counts, axis=1)
    return shaky
