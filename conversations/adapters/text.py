"""Foreign text made safe to keep, search and show.

What a platform sends is kept as bytes elsewhere; this is the text beside it. It says
the same to a person, and no longer does anything a text should not do: hide words,
reverse its surroundings, cover the lines above, or break the database.
"""

import re
import unicodedata

# More marks than any written language stacks on one letter.
MARKS_PER_LETTER = 8
REPLACEMENT = "\ufffd"

_NEWLINES = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Controls, direction embeddings, overrides and isolates, and their retired kin.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Tag characters are invisible and spell out ASCII: fit to hide a message in. Three
# flags are spelled with them (England, Scotland, Wales); those stay whole.
_FLAGS = "|".join(
    "\U0001f3f4"
    + "".join(chr(0xE0000 + ord(letter)) for letter in region)
    + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
_TAGS = re.compile(f"({_FLAGS})|[\U000e0000-\U000e007f]")
# Where a flood of marks can be: no mark is a word character, and none is ASCII.
_MARK_RUNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MARKS_PER_LETTER + 1},}}")


def clean(text: str) -> str:
    """`text` in NFC, with plain newlines and without characters that act unseen.

    Idempotent, and linear in the length. Lone surrogates become U+FFFD; controls
    other than newline and tab, direction controls and hidden tags are removed;
    stacked marks end at MARKS_PER_LETTER; white space at the end is dropped.
    """
    plain = text.replace("\n", " ")
    if plain.isprintable():
        return _composed(text).rstrip()
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", text))
    if not plain.isascii():
        text = _TAGS.sub(r"\1", _SURROGATES.sub(REPLACEMENT, text))
    return _composed(text).rstrip()


def _composed(text: str) -> str:
    """NFC with few marks a letter. Marks are thinned before composing as well,
    because sorting a long run of them takes time quadratic in its length."""
    if text.isascii():
        return text
    thin = _thinned(text)
    composed = unicodedata.normalize("NFC", thin)
    return composed if composed is thin else _thinned(composed)


def _thinned(text: str) -> str:
    return _MARK_RUNS.sub(_thin_run, text)


def _thin_run(run: re.Match[str]) -> str:
    kept = []
    marks = 0
    for character in run[0]:
        kind = unicodedata.category(character)
        if kind in ("Mn", "Me") or unicodedata.combining(character):
            marks += 1
        elif kind != "Cf":  # a joiner does not end the letter the marks sit on
            marks = 0
        if marks <= MARKS_PER_LETTER:
            kept.append(character)
    return "".join(kept)
