"""Pieces as weighted vectors: TF-IDF over the pieces a model knows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from webcare.domain.topics.features import (
    FIRST_WORD,
    LONGEST_TEXT,
    Ints,
    Pieces,
)

Floats = NDArray[np.float32]

# What n occurrences weigh beside one, by n.
_REPEATED = 1 + np.log(np.maximum(np.arange(LONGEST_TEXT + 2), 1))


@dataclass(frozen=True, slots=True)
class Vectors:
    """One sparse row per text, and the way back from its entries to its pieces.

    `values`, `docs` and `columns` run in parallel, sorted by text and column.
    `entries` and `terms` run in parallel too, one for each known piece of the batch:
    the entry it was counted in, and the term it is part of.
    """

    size: int
    docs: Ints
    columns: Ints
    counts: Ints
    values: Floats
    entries: Ints
    terms: Ints

    def matrix(self, width: int) -> csr_array:
        """The rows as a matrix of shape (texts, `width`)."""
        ends = np.zeros(self.size + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.docs, minlength=self.size), out=ends[1:])
        parts = (self.values, self.columns.astype(np.int32), ends)
        return csr_array(parts, shape=(self.size, width))


def weigh(pieces: Pieces, ids: NDArray[np.uint32], idf: Floats) -> Vectors:
    """Weigh the pieces found in `ids`, which is sorted; the others are unknown.

    A piece seen n times in a text weighs (1 + ln n) · idf. Words and letters are each
    brought to length one, so that neither drowns the other.
    """
    columns, known = _look_up(pieces.ids, ids)
    keys = pieces.docs[known] * len(ids) + columns
    order = np.argsort(keys, kind="stable")
    is_first = np.diff(keys[order], prepend=-1) != 0
    entries = np.empty(len(keys), dtype=np.int64)
    entries[order] = np.cumsum(is_first) - 1
    docs, columns = np.divmod(keys[order][is_first], max(len(ids), 1))

    counts = np.bincount(entries, minlength=len(docs))
    values = _REPEATED[counts] * idf[columns].astype(np.float64)
    values /= _lengths(values, docs * 2 + (ids[columns] >= FIRST_WORD))
    return Vectors(
        size=pieces.size,
        docs=docs,
        columns=columns,
        counts=counts,
        values=values.astype(np.float32),
        entries=entries,
        terms=pieces.terms[known],
    )


def _look_up(
    wanted: NDArray[np.uint32], ids: NDArray[np.uint32]
) -> tuple[Ints, NDArray[np.bool_]]:
    """Columns of the pieces that have one, and which pieces those are."""
    if not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    found = np.searchsorted(ids, wanted).astype(np.int64)
    known = ids[np.minimum(found, len(ids) - 1)] == wanted
    return found[known], known


def _lengths(values: NDArray[np.float64], groups: Ints) -> NDArray[np.float64]:
    # bincount adds strictly in order, so a text's length cannot depend on its batch.
    squares = np.bincount(groups, weights=values * values)
    return np.sqrt(squares[groups])
