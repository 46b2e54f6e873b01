"""Which files may go out beside a text, as the platform takes them that it goes to.

What a file is, its bytes say: neither its name nor whoever sends it. Sources of the
rules: X https://docs.x.com/x-api/media and its best practices (four photos or one GIF,
5 and 15 MB, 1,000 signs of alternative text); Mastodon
https://docs.joinmastodon.org/entities/Instance/ (a server may set its own; these are
those of the software as it is given out); Bluesky
https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/images.json
(four pictures of a million bytes), with 2,000 signs of alternative text as in its app.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
PDF = "application/pdf"
# Of each type the ends of a name that say it, the usual one first.
ENDINGS = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    GIF: (".gif",),
    WEBP: (".webp",),
    PDF: (".pdf",),
}
LONGEST_NAME = 100


class Files(TextChoices):
    """What a platform takes beside a text."""

    NONE = "none", gettext_lazy("No files")
    PLAIN = "plain", gettext_lazy("Pictures and PDF, up to ten of 10 MB")
    X = "x", gettext_lazy("As X takes them: four pictures or one GIF")
    MASTODON = "mastodon", gettext_lazy("As Mastodon takes them: four pictures")
    BLUESKY = "bluesky", gettext_lazy("As Bluesky takes them: four small pictures")


class Facts(NamedTuple):
    """A file as a rule looks at it; `size` is in bytes."""

    name: str
    type: str
    size: int
    alt: str


class Rule(NamedTuple):
    """How many, how large in bytes by type, and how long an alternative text."""

    most: int
    largest: Mapping[str, int]
    longest_alt: int
    alone: frozenset[str] = frozenset()  # types of which one goes, and nothing else


_X_PICTURE, _BLUESKY_PICTURE = 5_000_000, 1_000_000
_MASTODON_PICTURE, _PLAIN_FILE = 16_777_216, 10_000_000
RULES = {
    Files.NONE: Rule(0, {}, 0),
    Files.PLAIN: Rule(10, dict.fromkeys(ENDINGS, _PLAIN_FILE), 2_000),
    Files.X: Rule(
        4,
        dict.fromkeys((JPEG, PNG, WEBP), _X_PICTURE) | {GIF: 15_000_000},
        1_000,
        frozenset({GIF}),
    ),
    Files.MASTODON: Rule(
        4, dict.fromkeys((JPEG, PNG, GIF, WEBP), _MASTODON_PICTURE), 1_500
    ),
    Files.BLUESKY: Rule(
        4, dict.fromkeys((JPEG, PNG, GIF, WEBP), _BLUESKY_PICTURE), 2_000
    ),
}
LARGEST = max(size for rule in RULES.values() for size in rule.largest.values())
MOST = max(rule.most for rule in RULES.values())
LONGEST_ALT = max(rule.longest_alt for rule in RULES.values())

# Why files may not go out, in stable words.
OF_FILES = frozenset(
    {
        "no_files",
        "too_many_files",
        "file_goes_alone",
        "file_kind",
        "file_too_large",
        "alt_too_long",
    }
)

_SIGNS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)


def type_of(content: bytes) -> str:
    """Return what the first bytes say that a file is; empty for what we do not know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), "")


def types_taken(rule: str) -> list[str]:
    """Return the types of files that a rule takes; none where it takes no files."""
    return list(RULES[Files(rule)].largest)


def named(name: str, kind: str) -> str:
    """Return a file's name as it is shown: on one line, and ending as its type does."""
    line = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in line if sign.isprintable()).strip(" .")
    endings = ENDINGS[kind]
    stem = plain[:LONGEST_NAME] or "file"
    if stem.lower().endswith(endings):
        return stem
    return stem[: LONGEST_NAME - len(endings[0])] + endings[0]


def refusal(rule: str, files: Sequence[Facts]) -> tuple[str, str] | None:
    """Return why these files may not go out together, or None when they may.

    The answer is a stable word and a sentence for people.
    """
    if not files:
        return None
    taken = RULES[Files(rule)]
    if not taken.most:
        return "no_files", _("This channel takes no files: send the text alone.")
    if len(files) > taken.most:
        most = {"most": taken.most}
        return "too_many_files", _("At most %(most)d files fit here.") % most
    if len(files) > 1 and any(one.type in taken.alone for one in files):
        return "file_goes_alone", _("A GIF goes alone here: leave the others out.")
    return next(filter(None, (_refusal(taken, one) for one in files)), None)


def _refusal(rule: Rule, file: Facts) -> tuple[str, str] | None:
    if file.type not in rule.largest:
        types = ", ".join(ENDINGS[one][0][1:].upper() for one in rule.largest)
        return "file_kind", _("%(name)s: choose one of %(types)s here.") % {
            "name": file.name,
            "types": types,
        }
    if file.size > rule.largest[file.type]:
        largest = rule.largest[file.type] // 1_000_000
        return "file_too_large", _("%(name)s: at most %(largest)d MB fit here.") % {
            "name": file.name,
            "largest": largest,
        }
    if len(file.alt) > rule.longest_alt:
        return "alt_too_long", _(
            "%(name)s: describe it in at most %(longest)d characters."
        ) % {"name": file.name, "longest": rule.longest_alt}
    return None
