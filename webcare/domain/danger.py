"""Does a text speak of danger? Smoke, gas, shocks, injury, threats, self-harm.

Tuned to miss nothing: a false alarm costs somebody a minute. What is sure is danger;
what stands beside prices and contracts, or is only half said, is left to a person
(`unsure`). It reads each word a fixed number of times, in Dutch and English.
"""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from webcare.domain.danger_words import CALM, CLASSES, HARMLESS, SIGNS
from webcare.domain.lexicon import Lexicon, words_of
from webcare.domain.readings import Danger

EDITION = 1
LONGEST = 5_000  # characters that are read
SURE, HALF = 1.0, 0.5
_HARMLESS, _CALM = "harmless", "calm"


class DangerRead(NamedTuple):
    """What we make of a text; `why` names a kind of danger, never a word read."""

    label: Danger
    score: float
    why: str


@lru_cache(maxsize=1_000)  # a batch asks twice: whether to answer, and what to keep
def read_danger(text: str) -> DangerRead:
    """Return whether `text` speaks of danger, how sure that is, and of which kind."""
    found = _LEXICON.read(words_of(text[:LONGEST]))
    kind = _first_sign(found)
    if not kind:
        return DangerRead(Danger.NONE, 0.0, "")
    if kind in _SOBER and any(_CALM in names for names in found):
        return DangerRead(Danger.UNSURE, HALF, kind)
    return DangerRead(Danger.DANGER, SURE, kind)


# Kinds of danger that are also spoken of in shops and on bills.
_SOBER = frozenset(
    ["gas", "fumes", "fire", "current", "life", "trapped", "body", "falling", "traffic"]
)


_LEXICON = Lexicon({**CLASSES, _HARMLESS: HARMLESS, _CALM: CALM})


class _Sign(NamedTuple):
    kind: str
    parts: tuple[str, ...]
    within: int


_BY_PART: defaultdict[str, list[_Sign]] = defaultdict(list)
for _kind, _parts, _within in SIGNS:
    _sign = _Sign(_kind, tuple(_parts.split()), _within)
    for _part in _sign.parts:
        _BY_PART[_part].append(_sign)


def _covered(found: list[dict[str, int]]) -> set[int]:
    """The places of words that are part of a harmless phrase."""
    return {
        place + beside
        for place, names in enumerate(found)
        for beside in range(names.get(_HARMLESS, 0))
    }


def _first_sign(found: list[dict[str, int]]) -> str:
    """The kind of the first sign that is complete, or ""."""
    harmless = _covered(found)
    seen: dict[str, tuple[int, int]] = {}  # a part, and the last place it took
    for place, names in enumerate(found):
        for part, size in names.items():
            if harmless.isdisjoint(range(place, place + size)):
                seen[part] = place, place + size - 1
                if kind := _completed(part, seen, place):
                    return kind
    return ""


def _completed(part: str, seen: dict[str, tuple[int, int]], place: int) -> str:
    for sign in _BY_PART.get(part, ()):
        spans = [seen.get(one) for one in sign.parts]
        near = all(span and place - span[1] <= sign.within for span in spans)
        # One word is not two things at once.
        if near and len(set(spans)) == len(spans):
            return sign.kind
    return ""
