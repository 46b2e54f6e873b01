"""How a desk begins: its name, hours, words to listen for, and first administrator."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from webcare.domain.topics.rules import RuleKind

LONGEST_NAME = 60
LONGEST_WORDS = 200
MOST_WORDS = 200
LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody said of the desk that they want.

    `week` is that of a calendar's definition; without a day in it the hours are left
    for later. `password` is a hash, never the password. `session` is the key of the
    browser that goes on there signed in, empty for none.
    """

    name: str
    username: str
    password: str
    language: str = ""
    time_zone: str = "Europe/Amsterdam"
    week: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    session: str = ""
    device: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def beginning_of(data: Mapping[str, Any]) -> Beginning:
    """Return what `as_data` made into data; members of others are left out."""
    known = {name: data[name] for name in Beginning.__slots__ if name in data}
    return Beginning(**known | {"words": tuple(known.get("words", ()))})


def kind_of(words: str) -> RuleKind:
    """Return how words are looked for: one as a whole, several in a row."""
    return RuleKind.PHRASE if len(words.split()) > 1 else RuleKind.WORD
