"""How single values of a definition are read: each reader says what it wants."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from webcare.domain.topics.rules import is_searchable

MOST_VALUES = 50
LONGEST_NAME = 100
LONGEST_PATTERN = 200
LONGEST_TEXT = 5_000
MOST_SECONDS = 10 * 365 * 86_400

Errors = dict[str, str]  # path -> a sentence that says what to do
Read = Callable[[Any], tuple[Any, ...]]
One = Callable[[Any], Any]


def one_or_more(read: One) -> Read:
    """A value or a list of some; any of them will do."""

    def each(given: Any) -> tuple[Any, ...]:
        values = given if isinstance(given, list) else [given]
        if not 0 < len(values) <= MOST_VALUES:
            most = {"most": MOST_VALUES}
            raise ValueError(_("Send 1 to %(most)d values.") % most)
        return tuple(dict.fromkeys(read(value) for value in values))

    return each


def text(given: Any, longest: int = LONGEST_NAME) -> str:
    bounded = isinstance(given, str) and 0 < len(given.strip()) <= longest
    if not bounded or "\0" in given:
        raise ValueError(_("Send a text of 1 to %(most)d signs.") % {"most": longest})
    return str(given).strip()


def name(given: Any) -> str:
    """The name that something is known by outside: a slug, or a language."""
    return text(given)


def reason(given: Any) -> str:
    return text(given, LONGEST_PATTERN)


def long_text(given: Any) -> str:
    return text(given, LONGEST_TEXT)


def choice(*choices: str) -> One:
    def read(given: Any) -> str:
        if given not in choices or not isinstance(given, str):
            listed = {"choices": ", ".join(choices)}
            raise ValueError(_("Choose from: %(choices)s.") % listed)
        return given

    return read


def identity(given: Any) -> str:
    return identity_or()(given)  # type: ignore[no-any-return]


def identity_or(*words: str) -> One:
    def read(given: Any) -> str:
        if isinstance(given, str) and given in words:
            return given
        try:
            return str(UUID(given))
        except (ValueError, TypeError, AttributeError) as error:
            listed = {"choices": ", ".join([_("an id"), *words])}
            raise ValueError(_("Send one of: %(choices)s.") % listed) from error

    return read


def moment(given: Any) -> str:
    """An instant, with its place on the earth: as it is kept, in UTC."""
    try:
        when = datetime.fromisoformat(text(given))
    except ValueError as error:
        raise ValueError(_("Send an instant: 2026-03-01T09:00:00Z.")) from error
    if when.tzinfo is None:
        raise ValueError(_("Send an instant: 2026-03-01T09:00:00Z."))
    try:
        return when.astimezone(UTC).isoformat()
    except OverflowError as error:
        raise ValueError(_("Send an instant: 2026-03-01T09:00:00Z.")) from error


def handle(given: Any) -> str:
    return text(given, LONGEST_PATTERN).removeprefix("@").casefold()


def custom_value(given: Any) -> str:
    """As the values of custom fields are compared: true, 12.5, 2026-03-01, a text."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return f"{given:g}"
    return text(given, LONGEST_PATTERN).casefold()


def spoken(given: Any) -> str:
    pattern = text(given, LONGEST_PATTERN)
    if not is_searchable(pattern):
        raise ValueError(_("There is no word, tag or sign in this: write one."))
    return pattern


def boolean(given: Any) -> tuple[bool]:
    if not isinstance(given, bool):
        raise ValueError(_("Send true or false."))
    return (given,)


def flag(given: Any) -> bool:
    return boolean(given)[0]


def seconds(given: Any) -> tuple[int]:
    return (whole_number(given, MOST_SECONDS),)


def whole_number(given: Any, most: int, least: int = 0) -> int:
    whole = isinstance(given, int) and not isinstance(given, bool)
    if not whole or not least <= given <= most:
        bounds = {"least": least, "most": most}
        raise ValueError(_("Send a whole number, %(least)d to %(most)d.") % bounds)
    return int(given)
