"""How does an author feel: negative, neutral or positive, by words that are counted.

A word that praises and is denied blames; trouble weighs less than anger. Where nothing
is said a question is neutral, and anything else is left to a person (`unsure`), as is
praise beside blame. It reads each word once, in Dutch and English. How often it is
right is measured in `docs/benchmarks.md`; it is a hint, and what a person says stands.
"""

from functools import lru_cache
from typing import NamedTuple

from webcare.domain.lexicon import Lexicon, words_of
from webcare.domain.readings import Sentiment
from webcare.domain.sentiment_words import CLASSES

EDITION = 1
LONGEST = 2_000  # characters that are read
_DENIED_WITHIN = 3  # words
_WEIGHT = {"good": 1.0, "bad": 1.5, "trouble": 1.0, "long": 0.5, "irony": 3.0}
# So much more of one than of the other, of all that was said.
_CLEAR = 0.25
_SURE_NEUTRAL, _LEAST = 0.6, 0.5


class Feeling(NamedTuple):
    """A label and how clear it is, from 0 to 1; unsure has 0."""

    label: Sentiment
    score: float


_LEXICON = Lexicon(CLASSES)


@lru_cache(maxsize=1_000)  # a batch asks twice: for its tickets, and what to keep
def read_sentiment(text: str) -> Feeling:
    """Return what the author of `text` seems to feel."""
    found = _LEXICON.read(words_of(text[:LONGEST]))
    good, bad = _weighed(found)
    if good + bad < _LEAST:
        asks = "?" in text or any("asks" in names for names in found)
        neutral = Feeling(Sentiment.NEUTRAL, _SURE_NEUTRAL)
        return neutral if asks else Feeling(Sentiment.UNSURE, 0.0)
    lead = (good - bad) / (good + bad)
    if abs(lead) < _CLEAR:
        return Feeling(Sentiment.UNSURE, 0.0)
    # One word is weaker than several.
    score = round(abs(lead) * (1 - 0.5 ** (1 + good + bad)), 2)
    return Feeling(Sentiment.POSITIVE if lead > 0 else Sentiment.NEGATIVE, score)


def _weighed(found: list[dict[str, int]]) -> tuple[float, float]:
    """What is said for and against."""
    good = bad = 0.0
    denied_until = -1
    for place, names in enumerate(found):
        for name in names.keys() & _WEIGHT.keys():
            weight = _WEIGHT[name]
            is_denied = place <= denied_until
            if name == "good" and not is_denied:
                good += weight
            elif name == "good" or not is_denied:
                bad += weight
        if "denial" in names:
            denied_until = place + _DENIED_WITHIN
    return good, bad
