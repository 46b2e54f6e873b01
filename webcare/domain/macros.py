"""Texts with variables: `{{author.name}}` becomes Kim.

A text is read once from left to right, so its time grows with its length alone; what
is filled in is never read again, whatever its author wrote. A variable without a value
stays as it is written, for a person to see: a text with such a gap is not sent.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.db.models import TextChoices

LONGEST_VALUE = 100
KNOWN = frozenset(
    {"author.name", "author.handle", "agent.name", "ticket.number", "queue.name"}
)
FIELD = "field."
_VARIABLE = re.compile(r"\{\{ {0,3}([a-z0-9_.-]{1,60}) {0,3}\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


class Owner(TextChoices):
    """Whose a macro is."""

    PERSON = "person"
    TEAM = "team"
    DESK = "desk"


class Wording(NamedTuple):
    """A text for a channel and a language; none of either is any."""

    channel: int | None
    language: str
    text: str


class Filled(NamedTuple):
    """A text as it was filled in, and the variables that nothing was known for."""

    text: str
    missing: list[str]


def fields_in(text: str) -> set[str]:
    """Return the keys of the custom fields that a text names."""
    return {
        name.removeprefix(FIELD)
        for name in _VARIABLE.findall(text)
        if name.startswith(FIELD)
    }


def unknown_in(text: str, fields: Collection[str]) -> list[str]:
    """Return what a text names that nothing fills, each once, in its order.

    `fields` are the keys of the desk's own. Braces that are no variable at all are
    told as they are written.
    """
    known = KNOWN | {f"{FIELD}{key}" for key in fields}
    names = [name for name in _VARIABLE.findall(text) if name not in known]
    stray = _BRACES.findall(_VARIABLE.sub("", text))
    return list(dict.fromkeys([*names, *stray]))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill the variables in; each value is one line of at most 100 characters."""
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        words = " ".join(values.get(found[1], "").split())[:LONGEST_VALUE]
        if not words:
            missing[found[1]] = None
        return words or found[0]

    return Filled(_VARIABLE.sub(value, text), list(missing))


def choose(wordings: Iterable[Wording], channel: int, language: str) -> Wording | None:
    """Return the wording that suits a ticket best, or None where none does.

    The channel says more than the language; a wording for any of them serves all, and
    one for `pt` serves `pt-br`.
    """
    by_key = {(one.channel, one.language): one for one in wordings}
    languages = dict.fromkeys([language, language.split("-")[0], ""])
    for key in ((place, one) for place in (channel, None) for one in languages):
        if key in by_key:
            return by_key[key]
    return None
