"""How likely an answer must be to count as sure, by the precision that is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

# What a desk may ask for; a bar is fitted for each when a model is trained.
LEVELS = (0.8, 0.85, 0.9, 0.95, 0.98)


@dataclass(frozen=True, slots=True)
class Level:
    """The bar for one wanted precision; `own` has topics whose bar is higher."""

    threshold: float
    own: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a model, by wanted precision."""

    levels: Mapping[float, Level] = field(default_factory=dict)

    def of(
        self, topics: Sequence[int], wanted: float, otherwise: float
    ) -> NDArray[np.float64]:
        """The bar of each topic: of the nearest level that asks at least `wanted`.

        `otherwise` where no level was fitted.
        """
        enough = [level for level in self.levels if level >= wanted - 1e-9]
        if not enough:
            return np.full(len(topics), otherwise)
        level = self.levels[min(enough)]
        return np.array([level.own.get(topic, level.threshold) for topic in topics])

    def to_facts(self) -> dict[str, Any]:
        return {
            str(wanted): {
                "threshold": level.threshold,
                "own": {str(topic): bar for topic, bar in level.own.items()},
            }
            for wanted, level in self.levels.items()
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        return cls(
            {
                float(wanted): Level(
                    one["threshold"],
                    {int(topic): bar for topic, bar in one["own"].items()},
                )
                for wanted, one in facts.items()
            }
        )
