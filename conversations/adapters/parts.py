"""A JSON body taken apart into its messages, each with its exact bytes.

Written for hostile input: every way in which a parser can fail ends in one message
set aside alone or, where its end cannot be known, in Unreadable.
"""

import json
import re
from typing import NamedTuple, NoReturn

from conversations.exceptions import Unreadable

MAX_DEPTH = 100

# Stands for any number: no field of a message is one, and a number of a million
# digits costs time to convert.
NUMBER = object()

_SPACE = re.compile(r"[ \t\n\r]*")
_CONSTANT = re.compile(r"-?\w+")
_STRING_OR_BRACKET = re.compile(
    r'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)|[\[\]{}]', re.DOTALL
)


class Part(NamedTuple):
    """One message: its bytes, and its value or why it has none."""

    raw: bytes
    value: object
    problem: str = ""


class _Refused(ValueError):
    """The parser met what JSON does not know; the text is for people."""


def split(body: bytes, *, limit: int) -> list[Part]:
    """The parts of a list, or the one part of a body that is no list.

    A part nested deeper than MAX_DEPTH or holding NaN or Infinity has a `problem`.
    Of two fields with the same name the last one counts, as in PostgreSQL. Raises
    Unreadable for what is not UTF-8, not JSON, or more than `limit` parts.
    """
    text = _text(body)
    at = _skip_space(text, 1 if text.startswith("\ufeff") else 0)
    if text.startswith("[", at):
        parts, at = _list(text, at, limit)
    else:
        part, at = _part(text, at)
        parts = [part]
    at = _skip_space(text, at)
    if at < len(text):
        raise _not_json(f"something follows the end, at character {at + 1}")
    return parts


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"Send UTF-8: byte {error.start + 1} of the body is not.", code="not_utf8"
        ) from error


def _list(text: str, at: int, limit: int) -> tuple[list[Part], int]:
    parts: list[Part] = []
    at = _skip_space(text, at + 1)
    if text.startswith("]", at):
        return parts, at + 1
    while True:
        part, at = _part(text, at)
        parts.append(part)
        if len(parts) > limit:
            raise Unreadable(
                f"Send at most {limit:,} messages at a time.", code="too_many"
            )
        at = _skip_space(text, at)
        if text.startswith("]", at):
            return parts, at + 1
        if not text.startswith(",", at):
            raise _not_json(f"a comma or bracket is missing at character {at + 1}")
        at = _skip_space(text, at + 1)


def _part(text: str, at: int) -> tuple[Part, int]:
    """The part that starts at `at`, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _not_json(f"{error.msg}, at character {error.pos + 1}") from error
    except _Refused as refusal:
        end, _ = _measure(text, at)
        return Part(text[at:end].encode(), None, str(refusal)), end
    except RecursionError:
        end, depth = _measure(text, at)
    else:
        depth = _depth(text, at, end)
    raw = text[at:end].encode()
    if depth > MAX_DEPTH:
        return Part(raw, None, f"Nest at most {MAX_DEPTH} levels deep."), end
    return Part(raw, value), end


def _depth(text: str, start: int, end: int) -> int:
    """The depth of a part, or a bound on it where that is enough to let it pass."""
    brackets = text.count("{", start, end) + text.count("[", start, end)
    return brackets if brackets <= MAX_DEPTH else _measure(text, start)[1]


def _measure(text: str, start: int) -> tuple[int, int]:
    """Where the value at `start` ends and how deep it is, without parsing it."""
    if constant := _CONSTANT.match(text, start):
        return constant.end(), 0
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(text, start):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
        if depth <= 0:
            return token.end(), deepest
    raise _not_json("a bracket is missing at the end")


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _not_json(reason: str) -> Unreadable:
    return Unreadable(f"Send JSON: {reason}.", code="not_json")


def _number(_digits: str) -> object:
    return NUMBER


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not JSON: leave the field out.")


_DECODER = json.JSONDecoder(
    parse_int=_number, parse_float=_number, parse_constant=_refuse_constant
)
