"""Words, phrases and parts of words that stand for something, found in one reading."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from webcare.domain.topics.text import fold

_SHORTEST_PART, _LONGEST_WORD = 3, 40
_REMEMBERED = 20_000  # words; most are met again and again
_NOTHING: dict[str, int] = {}
_LINK = re.compile(r"https?://\S++|www\.\S++|(?<!\w)@\w++")
# Emoji say as much as words do.
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[\u2190-\u2bff\U0001f000-\U0001fbff]")


def words_of(text: str) -> list[str]:
    """The words and emoji of a text, folded, without its links and mentions."""
    return _WORD.findall(fold(_LINK.sub(" ", text)))


class _Phrase(NamedTuple):
    """Words in a row, the last of which may go on where `is_start`."""

    words: tuple[str, ...]
    is_start: bool
    name: str

    def begins(self, words: list[str], place: int) -> bool:
        *before, known = self.words
        end = place + len(before)
        if end >= len(words):
            return False
        # The last word first: most phrases are not there, and mostly differ in it.
        goes_on = self.is_start and words[end].startswith(known)
        return (goes_on or words[end] == known) and words[place:end] == before


class Lexicon:
    """Words, phrases and parts of words, each with what it stands for."""

    def __init__(self, entries: dict[str, str]) -> None:
        self._phrases: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._starts: defaultdict[str, set[str]] = defaultdict(set)
        self._ends: defaultdict[str, set[str]] = defaultdict(set)
        for name, listed in entries.items():
            for entry in listed.split():
                self._add(name, entry)
        self._of_word = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    def _add(self, name: str, entry: str) -> None:
        words = tuple(words_of(entry.replace("_", " ")))
        if len(words) > 1:
            phrase = _Phrase(words, entry.endswith("*"), name)
            self._phrases[words[0]].append(phrase)
        elif entry.startswith("*"):
            self._ends[words[0]].add(name)
        elif entry.endswith("*"):
            self._starts[words[0]].add(name)
        else:
            self._words[words[0]].add(name)

    def read(self, words: list[str]) -> list[dict[str, int]]:
        """For each word what begins there, with the number of words it takes."""
        return [self._at(words, place) for place in range(len(words))]

    def _at(self, words: list[str], place: int) -> dict[str, int]:
        word = words[place]
        meant = self._of_word(word)
        if not meant and word not in self._phrases:
            return _NOTHING
        found = dict.fromkeys(meant, 1)
        for phrase in self._phrases.get(word, ()):
            if phrase.begins(words, place):
                size = len(phrase.words)
                found[phrase.name] = max(size, found.get(phrase.name, 0))
        return found

    def _look_up(self, word: str) -> tuple[str, ...]:
        found = set(self._words.get(word, ()))
        for cut in range(_SHORTEST_PART, min(len(word), _LONGEST_WORD) + 1):
            found |= self._starts.get(word[:cut], set())
            found |= self._ends.get(word[-cut:], set())
        return tuple(sorted(found))
