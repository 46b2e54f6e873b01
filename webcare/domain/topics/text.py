"""How a text is folded before rules and features look at it."""

import unicodedata
from functools import cache

# Letters above the basic plane that people really type: mathematical alphabets
# used as fonts, and letters in circles and squares. Everything else up there
# (emoji, rare scripts) is kept as it is.
_FANCY_LETTERS = (range(0x1D400, 0x1D800), range(0x1F100, 0x1F200))
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SAME_SIGN = {ord("’"): "'", ord("‘"): "'", ord("`"): "'", ord("´"): "'"}


def fold(text: str) -> str:
    """`text` without case, accents, compatibility forms and invisible signs.

    People leave out accents and write *storing* in a dozen fonts; a rule and a
    model should not care. Works sign by sign, so that
    `fold(a + b) == fold(a) + fold(b)` and the time is linear even for floods of
    combining marks (normalising such a flood as a whole is quadratic).
    """
    return text.casefold().translate(_foldings())


@cache
def _foldings() -> dict[int, str]:
    signs = [*range(0x80, 0x10000)]
    for letters in _FANCY_LETTERS:
        signs.extend(letters)
    folded = {sign: _fold_sign(chr(sign)) for sign in signs}
    changed = {sign: text for sign, text in folded.items() if text != chr(sign)}
    return changed | _SAME_SIGN


def _fold_sign(sign: str) -> str:
    seen = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not _is_unseen(part)
    )
    return unicodedata.normalize("NFC", seen).casefold()


def _is_unseen(sign: str) -> bool:
    return (
        unicodedata.combining(sign) > 0
        or unicodedata.category(sign) == "Cf"
        or ord(sign) in _VARIATION_SELECTORS
    )
