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


# Half precision: what it loses is far less than two wordings of one question differ.
_KEPT_AS = np.dtype("<f2")


def kept(vector: Floats) -> bytes:
    """A sentence vector as the database keeps it."""
    return vector.astype(_KEPT_AS).tobytes()


def from_kept(content: bytes) -> Floats:
    return np.frombuffer(content, dtype=_KEPT_AS).astype(np.float32)


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
    """Weigh the pieces of each text; those in `ids`, which is sorted, make its vector.

    A piece seen n times in a text weighs (1 + ln n) · idf. Words and letters are each
    brought to length one, so that neither drowns the other. Unknown pieces count in
    the length as the rarest known ones do: a text of which the model knows little
    gets a short vector, and no confident answer.
    """
    entries, docs, found = _distinct(pieces)
    columns = np.minimum(np.searchsorted(ids, found), len(ids) - 1)
    known = ids[columns] == found
    counts = np.bincount(entries, minlength=len(docs))
    values = _REPEATED[counts] * np.where(known, idf[columns], idf.max())
    values /= _lengths(values, docs * 2 + (found >= FIRST_WORD))

    is_known = known[entries]
    return Vectors(
        size=pieces.size,
        docs=docs[known],
        columns=columns[known],
        counts=counts[known],
        values=values[known].astype(np.float32),
        entries=(np.cumsum(known) - 1)[entries[is_known]],
        terms=pieces.terms[is_known],
    )


def _distinct(pieces: Pieces) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """Each text's pieces once, in order: which one every piece is, its text, its id."""
    keys = pieces.docs << 32 | pieces.ids
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    is_first = np.diff(keys, prepend=-1) != 0
    entries = np.empty(len(keys), dtype=np.int64)
    entries[order] = np.cumsum(is_first) - 1
    distinct = keys[is_first]
    return entries, distinct >> 32, distinct.astype(np.uint32)


def _lengths(values: NDArray[np.float64], groups: Ints) -> NDArray[np.float64]:
    # bincount adds strictly in order, so a text's length cannot depend on its batch.
    squares = np.bincount(groups, weights=values * values)
    return np.sqrt(squares[groups])
