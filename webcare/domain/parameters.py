"""How one value of an address is read; a ValueError says what to send instead."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

LONGEST = 200  # characters of any value

Parse = Callable[[str], Any]


def one_of(*choices: str) -> Parse:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(
                _("Choose from: %(known)s.") % {"known": ", ".join(choices)}
            )
        return text

    return parse


def some_of(*choices: str, aliases: Mapping[str, Iterable[str]] | None = None) -> Parse:
    """Several values, with commas between; an alias stands for more than one."""
    short = aliases or {}
    one = one_of(*choices, *short)

    def parse(text: str) -> tuple[str, ...]:
        given = [one(part) for part in text.split(",")]
        return tuple(
            sorted({each for part in given for each in short.get(part, [part])})
        )

    return parse


def flag(text: str) -> bool:
    return bool(one_of("true", "false")(text) == "true")


def moment(text: str) -> datetime:
    """An instant; a time without a zone could be meant anywhere."""
    try:
        # A plus sign in an address is a space once it arrives.
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(_("Send a time with its zone, like 2026-03-01T09:30:00Z."))
    return found


def agent(text: str) -> UUID | str:
    if text in ("me", "none"):
        return text
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError(_("Send me, none, or the id of an agent.")) from error
