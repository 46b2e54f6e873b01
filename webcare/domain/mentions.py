"""Colleagues who are called by name in a note."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# An address like kim@example.org calls nobody: before the sign stands a word.
_CALL = re.compile(r"(?<![\w.+@-])@(\w[\w.+@-]{0,149})")


def called_in(text: str) -> list[str]:
    """Return each name called in `text` once, in lower case, in order.

    `@ada`, `@ab` (initials) and `@ada@example.org` call; the full stop that ends a
    sentence is no part of a name.
    """
    found = (name.rstrip(".@-+").lower() for name in _CALL.findall(text))
    return [name for name in dict.fromkeys(found) if name]


class Known(NamedTuple):
    """Somebody who answers to a name, by their user name or by their initials."""

    name: str
    user: int
    by_username: bool


def who_is_meant(names: Sequence[str], known: Iterable[Known]) -> dict[str, int]:
    """Return name -> user for every name that means one person.

    A user name goes before initials; initials of two people mean neither.
    """
    by_username: dict[str, int] = {}
    by_initials: dict[str, set[int]] = {}
    for one in known:
        if one.by_username:
            by_username[one.name] = one.user
        else:
            by_initials.setdefault(one.name, set()).add(one.user)
    alone = {name: users for name, users in by_initials.items() if len(users) == 1}
    meant = {name: next(iter(users)) for name, users in alone.items()} | by_username
    return {name: meant[name] for name in names if name in meant}
