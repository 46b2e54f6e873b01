"""Erasing a person: why, and which words name somebody and nobody else."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

SHORTEST_ID = 6
MASK = "[…]"


class Reason(TextChoices):
    REQUEST = "request", _("They asked for it")
    OBJECTION = "objection", _("They object to being followed")
    DUTY = "duty", _("The law or a court asks for it")
    MISTAKE = "mistake", _("It should never have been kept")


class Named(NamedTuple):
    """What an author was called on the platform."""

    external_id: str
    handle: str
    name: str


def words_of(named: Named) -> list[str]:
    """Return the words that say who it is wherever they stand.

    The id, when it is long enough to be nothing else; the handle with its @, or as a
    search has it; and a name of two words or more: a first name alone is that of many.
    """
    words = [named.external_id] if len(named.external_id) >= SHORTEST_ID else []
    handle = named.handle.strip().lstrip("@")
    words += [f"@{handle}", f"from:{handle}"] if handle else []
    name = " ".join(named.name.split())
    words += [name] if " " in name else []
    return words


def pattern_of(words: Iterable[str]) -> str:
    """Return what finds any of `words` as whole ones, as PostgreSQL and Python read
    it; case does not count."""
    said = "|".join(r"\s+".join(map(_escaped, word.split())) for word in words)
    return rf"(?<!\w)(?:{said})(?!\w)"


def names(text: str, words: Iterable[str]) -> bool:
    """Whether `text` has one of `words` in it."""
    found = list(words)
    return bool(found) and bool(re.search(pattern_of(found), text, re.IGNORECASE))


def _escaped(word: str) -> str:
    """Letters and digits stand for themselves, all else is escaped for both."""
    return "".join(one if one.isalnum() else f"\\{one}" for one in word)
