"""Which pieces a model knows, and how much each says."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from webcare.domain.topics.features import pieces_of
from webcare.domain.topics.vectors import Floats, weigh

# A model is kept in one row of the database and read by every worker.
MOST_WEIGHT_BYTES = 20_000_000
_BATCH = 1_000  # texts; bounds the memory that cutting them takes

Ids = NDArray[np.uint32]


def vocabulary(texts: Sequence[str], topics: int) -> tuple[Ids, Floats]:
    """Pieces of `texts`, sorted, and their smoothed inverse document frequencies.

    Where the weights for `topics` would not fit, the rarest pieces are left out.
    Pieces seen once are worth keeping: they are what few examples consist of.
    """
    seen = np.concatenate([_seen(batch) for batch in _batches(texts)])
    ids, frequency = np.unique(seen, return_counts=True)
    room = MOST_WEIGHT_BYTES // (np.dtype(np.float32).itemsize * topics)
    kept = np.sort(np.argsort(-frequency, kind="stable")[:room])
    idf = np.log((1 + len(texts)) / (1 + frequency[kept])) + 1
    return ids[kept], idf.astype(np.float32)


def matrix_of(texts: Sequence[str], ids: Ids, idf: Floats) -> csr_array:
    """The texts as rows over the vocabulary, just as the model weighs them."""
    return vstack(
        [
            weigh(pieces_of(batch), ids, idf).matrix(len(ids))
            for batch in _batches(texts)
        ],
        format="csr",
    )


def _seen(texts: Sequence[str]) -> Ids:
    """The pieces of each text, once per text."""
    pieces = pieces_of(texts)
    keys = pieces.docs.astype(np.uint64) << np.uint64(32) | pieces.ids
    return np.unique(keys).astype(np.uint32)


def _batches(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
