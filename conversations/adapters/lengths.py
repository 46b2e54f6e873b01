"""How long a text is, as the platform counts that it goes to.

The same rule counts in the composer (`js/lengths.js`); a file of examples holds the two
together. What is counted is the text as it is sent, without outer blanks.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Counting(TextChoices):
    """What one sign is."""

    SIGNS = "signs", _("Every sign is one")
    BYTES = "bytes", _("By the bytes that it takes")
    X = "x", _("As X counts: a link is 23, an emoji 2")
    MASTODON = "mastodon", _("As Mastodon counts: a link is 23")
    BLUESKY = "bluesky", _("As Bluesky counts: what is seen as one is one")


LINK = 23  # signs that a link stands for, however long it is
BYTES_A_SIGN = 10  # at most, on Bluesky: 300 signs in 3,000 bytes


def length(text: str, counting: str) -> int:
    """Return how much of a platform's limit `text` takes."""
    return _RULES[Counting(counting)](text.strip())


def clusters(text: str) -> Iterator[str]:
    """What a reader sees as one sign each: letters with their accents, joined emoji."""
    cluster = ""
    for sign in text:
        if cluster and not _goes_on(cluster, sign):
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


_JOINER, _LAST_SKIN = "\u200d", "\U0001f3ff"


def _goes_on(cluster: str, sign: str) -> bool:
    last = cluster[-1]
    if last == "\r":
        return sign == "\n"
    if _is_flag_part(sign):
        return len(cluster) == 1 and _is_flag_part(last)
    if last == _JOINER and ord(sign) > 0xFF:
        return True
    return _extends(sign)


def _extends(sign: str) -> bool:
    return (
        sign in ("\u200c", _JOINER)
        or "\U0001f3fb" <= sign <= _LAST_SKIN
        or "\U000e0020" <= sign <= "\U000e007f"
        or unicodedata.category(sign)[0] == "M"
    )


def _is_flag_part(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”]", re.IGNORECASE)
# On X a name alone is a link as well, if it ends as the web's do.
_NAME = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|eu|nl|be|de|app|io)"
    r"(?![\w.@-]*[\w@])(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”])?",
    re.IGNORECASE,
)
_REMOTE = re.compile(r"(@[\w.-]+)@[\w.-]*\w", re.ASCII)
_LIGHT = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def _of_x(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    text, links = _ADDRESS.subn(" ", text)
    text, names = _NAME.subn(" ", text)
    found = links + names
    return sum(map(_weight, clusters(text))) + (LINK - 1) * found


def _weight(cluster: str) -> int:
    """An emoji is two, of however many parts it is made."""
    if len(cluster) > 1 and any(map(_makes_emoji, cluster)):
        return 2
    return sum(1 if _is_light(ord(sign)) else 2 for sign in cluster)


def _makes_emoji(sign: str) -> bool:
    return sign in ("\ufe0f", "\u20e3") or "\U0001f1e6" <= sign <= "\U0001faff"


def _is_light(code: int) -> bool:
    return any(first <= code <= last for first, last in _LIGHT)


def _of_mastodon(text: str) -> int:
    text, links = _ADDRESS.subn(" ", text)
    text = _REMOTE.sub(r"\1", text)
    return sum(1 for _ in clusters(text)) + (LINK - 1) * links


def _of_bluesky(text: str) -> int:
    """The larger of its signs and a tenth of its bytes."""
    return max(sum(1 for _ in clusters(text)), -(-_bytes(text) // BYTES_A_SIGN))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


_RULES: dict[Counting, Callable[[str], int]] = {
    Counting.SIGNS: len,
    Counting.BYTES: _bytes,
    Counting.X: _of_x,
    Counting.MASTODON: _of_mastodon,
    Counting.BLUESKY: _of_bluesky,
}
