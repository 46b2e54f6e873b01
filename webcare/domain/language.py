"""Which language a message is in, or that it is too short to say."""

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# What customers of a Dutch organisation write. Each further language takes short
# Dutch and English texts away from the two that nearly everybody uses.
LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pl", "pt", "tr", "ar", "uk")
UNSURE = ("", 0.0)

# Beyond this the answer does not change; it also bounds the time of one text, whose
# normal form takes quadratic time in a flood of combining marks.
_ENOUGH = 500
# Measured on short spoken sentences in nine languages: 99 % right above the first
# bar at any length. Below twenty letters only the second bar keeps *No power*, which
# looks Polish, from being answered wrongly with confidence.
_SURE, _SURE_WHEN_SHORT, _SHORT = 0.6, 0.8, 20

_NOT_PROSE = re.compile(r"\b(?:https?://|www\.)\S++|@\S++")
_LETTERS = re.compile(r"[^\W\d_]++")


def detect(texts: Sequence[str]) -> list[tuple[str, float]]:
    """For each text its language (ISO 639-1) and how likely that is, 0 to 1.

    `UNSURE`, an empty language, where there is too little to go by: the caller knows
    what is usual. Links, handles, digits and emoji do not count. Safe in threads.
    """
    return [_detect(text) for text in texts]


def warm() -> None:
    """Load the model now, so that processes forked later share its memory."""
    _identifier()


def _detect(text: str) -> tuple[str, float]:
    words = _LETTERS.findall(_NOT_PROSE.sub(" ", text[: 4 * _ENOUGH]))
    prose = " ".join(words)[:_ENOUGH]
    if not prose:
        return UNSURE
    language, confidence = _identifier().classify(prose)
    bar = _SURE_WHEN_SHORT if len(prose) < _SHORT else _SURE
    return (language, float(confidence)) if confidence >= bar else UNSURE


@cache
def _identifier() -> LanguageIdentifier:
    # Classifying only reads; two threads that come first at once load it twice, and
    # either copy will do.
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
