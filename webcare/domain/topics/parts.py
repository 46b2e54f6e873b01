"""A long message in its sentences, each of which may be about something else."""

import re
from collections.abc import Sequence

# What is no longer than this asks one thing nearly always, and is most of what is said.
SHORT_TEXT = 140
LEAST_WORDS = 4
MOST_PARTS = 8

_ENDS = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")


def parts_of(text: str) -> Sequence[str]:
    """Return the sentences of at least four words, the first eight; none of a text that
    is short, or has but one."""
    if len(text) <= SHORT_TEXT:
        return ()
    found = [one for one in _ENDS.split(text) if len(one.split()) >= LEAST_WORDS]
    return found[:MOST_PARTS] if len(found) > 1 else ()
