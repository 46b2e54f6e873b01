"""Texts as hashed pieces: words, pairs of words near each other, runs of letters.

Training and predicting both come through here, so that they cannot drift apart.
There is no vocabulary to build, store or search with Python loops: a batch is laid
end to end as one array of code points, a piece is a span of that array, and one
prefix sum gives the hash of any span (Karp and Rabin 1987), exactly, in integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from webcare.domain.topics.text import fold

# What a customer asks stands at the beginning; the rest of a very long mail adds
# quotes and signatures. In signs, before folding and after, which may lengthen.
LONGEST_TEXT = 4_000
LETTERS = (2, 3, 4, 5)
# A word goes in pairs with the next one and with the one after that: *not delivered*
# and *not been delivered* then share a piece.
GAPS = (1, 2)
# The upper half of the ids are words and pairs, the lower half runs of letters.
FIRST_WORD = np.uint32(1 << 31)

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_SPACE = ord(" ")
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person would point at: the words of the batch, then its pairs of words."""

    text: str
    starts: Ints
    stops: Ints
    docs: Ints

    def __getitem__(self, term: int) -> str:
        return self.text[self.starts[term] : self.stops[term]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Every piece of a batch, repeated ones too: whose it is, what, and in which term.

    `docs`, `ids` and `terms` run in parallel, one entry for each piece.
    """

    size: int
    docs: Ints
    ids: NDArray[np.uint32]
    terms: Ints
    legend: Terms


def pieces_of(texts: Sequence[str]) -> Pieces:
    """Cut each text into its pieces. Depends on the text alone, never on the batch."""
    chunks = [fold(text[:LONGEST_TEXT])[:LONGEST_TEXT].split() for text in texts]
    counts = [len(found) for found in chunks]
    tape = _Tape(" ".join(["", *chain.from_iterable(chunks), ""]))
    doc_of_chunk = np.repeat(np.arange(len(texts)), counts)

    letters, letter_chunks = tape.letters()
    words = tape.words()
    firsts, seconds = _pairs(doc_of_chunk[words.chunks])
    pairs = words.hashes[firsts] * _PAIR + words.hashes[seconds]
    pairs += (seconds - firsts).astype(np.uint64)

    pair_terms = len(doc_of_chunk) + np.arange(len(firsts))
    terms = np.concatenate([letter_chunks, words.chunks, pair_terms])
    legend = Terms(
        text=tape.text,
        starts=np.concatenate([tape.spaces[:-1] + 1, words.starts[firsts]]),
        stops=np.concatenate([tape.spaces[1:], words.stops[seconds]]),
        docs=np.concatenate([doc_of_chunk, doc_of_chunk[words.chunks[firsts]]]),
    )
    word_ids = _ids(np.concatenate([words.hashes, pairs])) | FIRST_WORD
    ids = np.concatenate([_ids(letters), word_ids])
    return Pieces(len(texts), legend.docs[terms], ids, terms, legend)


@dataclass(frozen=True, slots=True)
class _Words:
    starts: Ints
    stops: Ints
    chunks: Ints
    hashes: Hashes


class _Tape:
    """A batch laid end to end: chunks without white space, one space around each."""

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        is_space = codes == _SPACE
        powers = _powers(_BASE, len(codes))
        self.text = text
        self.codes = codes
        self.spaces = np.flatnonzero(is_space)
        self.chunk_at = np.cumsum(is_space) - 1
        self._sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        np.cumsum(codes * powers, out=self._sums[1:])
        self._shift_back = _powers(_BASE_INVERSE, len(codes))

    def hashes(self, starts: Ints, stops: Ints) -> Hashes:
        """The same number for the same signs, wherever on the tape they stand."""
        sums = self._sums[stops] - self._sums[starts]
        return sums * self._shift_back[starts]

    def letters(self) -> tuple[Hashes, Ints]:
        """Runs of 2 to 5 signs within a chunk and the spaces beside it."""
        starts = np.arange(self.spaces[-1])
        room = self.spaces[self.chunk_at[starts] + 1] + 1 - starts
        fitting = [starts[room >= length] for length in LETTERS]
        hashes = [
            self.hashes(found, found + length) + np.uint64(length)
            for found, length in zip(fitting, LETTERS, strict=True)
        ]
        return np.concatenate(hashes), self.chunk_at[np.concatenate(fitting)]

    def words(self) -> _Words:
        """Runs of letters and digits, whatever the punctuation around them."""
        inside = _letters_and_digits()[np.minimum(self.codes, 0xFFFF)]
        edges = np.diff(inside.view(np.int8))
        starts = np.flatnonzero(edges == 1) + 1
        stops = np.flatnonzero(edges == -1) + 1
        return _Words(starts, stops, self.chunk_at[starts], self.hashes(starts, stops))


def _pairs(docs: Ints) -> tuple[Ints, Ints]:
    """Positions of both words of each pair, given the text each word stands in."""
    firsts = [np.flatnonzero(docs[:-gap] == docs[gap:]) for gap in GAPS]
    seconds = [found + gap for found, gap in zip(firsts, GAPS, strict=True)]
    return np.concatenate(firsts), np.concatenate(seconds)


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _scramble(hashes: Hashes) -> Hashes:
    """Spread every bit over all (the finaliser of MurmurHash3, Appleby 2011)."""
    mixed = hashes ^ (hashes >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed


def _ids(hashes: Hashes) -> NDArray[np.uint32]:
    return (_scramble(hashes) >> np.uint64(33)).astype(np.uint32)


@cache
def _letters_and_digits() -> NDArray[np.bool_]:
    # Above the basic plane live emoji and rare scripts: signs, not words.
    known = (chr(code).isalnum() for code in range(0xFFFF))
    return np.fromiter(chain(known, [False]), dtype=np.bool_, count=0x10000)
