"""The model that decides now, beside the one that may take its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.answers import Chances
from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.features import Ints
from webcare.domain.topics.gone import Gone
from webcare.domain.topics.model import TopicModel

# Compared on so many at most: the question is which is better, not by how much.
MOST_NEWEST = 500


@dataclass(frozen=True)
class Before:
    """The model that decides now, and the texts that it has not seen."""

    model: TopicModel
    unseen: frozenset[str]
    encoder: Encoder | None
    gone: Gone = field(default_factory=dict)

    def beside(
        self,
        topics: tuple[int, ...],
        texts: Sequence[str],
        labels: Ints,
        held: NDArray[np.bool_],
        chances: Chances,
    ) -> dict[str, int]:
        """How often each was right about texts that it had not seen.

        The new model by its answers from when they were held back; and how often it
        was right about the `known` ones, which both had learned from.
        """
        all_held = np.flatnonzero(held).tolist()
        known = [n for n in all_held if texts[n] not in self.unseen]
        rows = [n for n in all_held if texts[n] in self.unseen][-MOST_NEWEST:]
        found = self.model.predict(
            [texts[n] for n in rows], encoder=self.encoder, gone=self.gone
        )
        likeliest = [one.alternatives[0][0] if one.alternatives else 0 for one in found]
        wanted = [topics[labels[n]] for n in rows]
        new = [topics[n] for n in chances[rows].argmax(axis=1)] if rows else []
        return {
            "examples": len(rows),
            "right": sum(a == b for a, b in zip(new, wanted, strict=True)),
            "right_before": sum(a == b for a, b in zip(likeliest, wanted, strict=True)),
            "known": len(known),
            "known_right": int((chances[known].argmax(axis=1) == labels[known]).sum()),
        }
