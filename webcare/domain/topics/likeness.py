"""Texts that are alike, put together: each group has one that the others resemble."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from webcare.domain.topics.features import FIRST_WORD, Pieces, pieces_of
from webcare.domain.topics.vectors import weigh

# Of one for the same text. Measured on 500 of the demo's messages, mixed: four in ten
# stand in a group, of which two in three have one topic; at .20 two in ten, and three
# in four.
ALIKE = 0.16
_PASTED = re.compile(r"https?://\S++|(?<!\w)@\w++")


def groups_of(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of texts that are alike, the largest group first.

    The first of a group is the one that most others resemble, then they come by how
    much they do. Every text is in one group, maybe alone. The same texts in the same
    order make the same groups. Quadratic: for some hundreds of texts.
    """
    if not texts:
        return []
    near = _cosines(texts)
    alike = near >= ALIKE
    free = np.ones(len(texts), dtype=np.bool_)
    groups: list[list[int]] = []
    while free.any():
        friends = np.where(free, (alike & free).sum(axis=1), -1)
        leader = int(friends.argmax())
        members = np.flatnonzero(alike[leader] & free)
        members = members[np.lexsort((members, -near[leader, members]))]
        found = [leader, *(int(one) for one in members if one != leader)]
        free[found] = False
        groups.append(found)
    return sorted(groups, key=len, reverse=True)


def _said(texts: Sequence[str]) -> list[str]:
    """Without what everybody pastes: links, and to whom it was said."""
    return [_PASTED.sub(" ", text) for text in texts]


def _cosines(texts: Sequence[str]) -> NDArray[np.float64]:
    """How much each text resembles each, from 0 to 1, by pieces rare among them."""
    return likeness(pieces_of(_said(texts)))


def likeness(pieces: Pieces) -> NDArray[np.float64]:
    """How much each text of a batch resembles each, given their pieces."""
    keys = np.unique(pieces.docs.astype(np.int64) << 32 | pieces.ids)
    ids, seen_in = np.unique((keys & 0xFFFFFFFF).astype(np.uint32), return_counts=True)
    if not len(ids):
        return np.eye(pieces.size)
    idf = (np.log((1 + pieces.size) / (1 + seen_in)) + 1).astype(np.float32)
    matrix: csr_array = weigh(pieces, ids, idf).matrix(len(ids))
    near: NDArray[np.float64] = (matrix @ matrix.T).toarray()
    # Words and letters are of length one each.
    lengths = np.sqrt(np.maximum(near.diagonal(), 1e-9))
    near = near / lengths[:, None] / lengths[None, :]
    np.fill_diagonal(near, 1.0)
    return near


def common_words(texts: Sequence[str], most: int = 4) -> list[str]:
    """Return the words that most of these texts share, the rarer of them by length."""
    pieces = pieces_of(_said(texts))
    found: dict[str, set[int]] = {}
    of_words = pieces.ids >= FIRST_WORD
    for doc, term in zip(
        pieces.docs[of_words].tolist(), pieces.terms[of_words].tolist(), strict=True
    ):
        word = pieces.legend[term].strip(".,!?:;\"'()")
        if " " not in word and len(word) > 3:
            found.setdefault(word, set()).add(doc)
    shared = [word for word, docs in found.items() if len(docs) * 2 > len(texts)]
    return sorted(shared, key=lambda word: (-len(found[word]), -len(word), word))[:most]
