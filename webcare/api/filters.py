"""What a list can be asked for, by name: anything else is refused, with the names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from webcare.exceptions import Invalid

LONGEST = 200  # characters of any value

Parse = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """How a parameter is read, and how the schema describes it."""

    parse: Parse
    says: str
    type: Any = OpenApiTypes.STR
    choices: tuple[str, ...] = ()

    def parameter(self, name: str) -> OpenApiParameter:
        return OpenApiParameter(
            name, self.type, description=self.says, enum=self.choices or None
        )


def read_filters(
    request: Request, filters: Mapping[str, Filter], besides: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the parsed value of every filter that was given.

    `besides` are parameters that others read. Raises Invalid with a sentence for
    every one that is unknown, twice there or cannot be read.
    """
    known = {*filters, *besides}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, given in request.query_params.lists():
        if name not in known:
            errors[name[:LONGEST]] = (
                f"Unknown. Choose from: {', '.join(sorted(known))}."
            )
        elif len(given) > 1 or len(given[0]) > LONGEST or "\0" in given[0]:
            errors[name] = "Send one value of at most 200 characters."
        elif name in filters:
            try:
                values[name] = filters[name].parse(given[0])
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(**errors)
    return values


def one_of(*choices: str) -> Parse:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"Choose from: {', '.join(choices)}.")
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
        raise ValueError("Send a time with its zone, like 2026-03-01T09:30:00Z.")
    return found


def agent(text: str) -> UUID | str:
    if text in ("me", "none"):
        return text
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError("Send me, none, or the id of an agent.") from error
