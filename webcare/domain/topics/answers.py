"""From chances to answers: the likeliest topics, how likely, and whether sure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.prediction import NO_IDEA, Prediction, Reason

ALTERNATIVES = 3

Scores = NDArray[np.floating[Any]]
Chances = NDArray[np.float64]


class Calibration(NamedTuple):
    """What makes scores honest: how far they are apart, and what no score tells.

    `doubt` is the share of labels that are anybody's guess, whatever the text says:
    without it a softmax ends nearer to certainty than people agree with each other.
    """

    temperature: float = 1.0
    doubt: float = 0.0

    def chances(self, scores: Scores) -> Chances:
        sharp = probabilities(scores, self.temperature)
        told: Chances = (1 - self.doubt) * sharp + self.doubt / scores.shape[1]
        return told


def answers(
    topics: Sequence[int],
    bars: Chances,
    chances: Chances,
    why: Sequence[tuple[Reason, ...]],
    led_by: Sequence[str],
    has_evidence: NDArray[np.bool_],
) -> list[Prediction]:
    """One answer for each row of `chances`, whose columns are `topics`."""
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :ALTERNATIVES]
    best = np.take_along_axis(chances, ranked, axis=1).tolist()
    rows = zip(ranked.tolist(), best, why, led_by, has_evidence.tolist(), strict=True)
    return [
        _answer(topics, bars, columns, likely, reasons, led) if known else NO_IDEA
        for columns, likely, reasons, led, known in rows
    ]


def _answer(
    topics: Sequence[int],
    bars: Chances,
    columns: list[int],
    chances: list[float],
    why: tuple[Reason, ...],
    led_by: str,
) -> Prediction:
    found = [topics[column] for column in columns]
    return Prediction(
        topic=found[0] if chances[0] >= bars[columns[0]] else None,
        confidence=chances[0],
        alternatives=tuple(zip(found, chances, strict=True)),
        why=why,
        led_by=led_by,
    )


def probabilities(scores: Scores, temperature: float) -> NDArray[np.float64]:
    """Softmax of `scores` / `temperature` along each row (Guo et al. 2017)."""
    scaled = scores.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    return raised / raised.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
