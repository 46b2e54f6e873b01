"""Vectors of examples on their way between the database and the child that learns."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

import numpy as np

from webcare.domain.topics.encoder import Encoder
from webcare.domain.topics.vectors import Floats, from_kept, kept


class Vectors:
    """Sentence vectors by text; those that are known are not made again.

    Vectors pass through the precision they are kept in, so that a model does not depend
    on which of them were known. `made` are the new ones.
    """

    def __init__(self, encoder: Encoder | None, known: Mapping[str, Floats]) -> None:
        self.encoder = encoder
        self.made: dict[str, Floats] = {}
        self._known = known

    def of(self, texts: Sequence[str]) -> Floats:
        """One row per text. There must be an encoder."""
        assert self.encoder is not None
        missing = [text for text in texts if text not in self._known]
        rows = self.encoder.encode(missing)
        self.made = {
            text: from_kept(kept(row)) for text, row in zip(missing, rows, strict=True)
        }
        known = {**self._known, **self.made}
        return np.stack([known[text] for text in texts])


def packed(vector: Floats) -> str:
    """As a line of JSON carries it."""
    return b64encode(kept(vector)).decode()


def unpacked(text: str) -> Floats:
    return from_kept(b64decode(text))
