"""What a list can be asked for, by name: anything else is refused, with the names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from webcare.domain.parameters import LONGEST, Parse
from webcare.domain.parameters import flag as flag
from webcare.domain.parameters import one_of as one_of
from webcare.domain.ticket_filters import (
    FIELD,
    FILTERS,
    ORDERS,
    USUAL_ORDER,
    longest_of,
    order_problem,
    read_definition,
)
from webcare.exceptions import Invalid
from webcare.queries.ticket_filters import Wanted


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
            errors[name[:LONGEST]] = _("Unknown. Choose from: %(known)s.") % {
                "known": ", ".join(sorted(known))
            }
        elif len(given) > 1 or len(given[0]) > longest_of(name) or "\0" in given[0]:
            errors[name] = _("Send one value of at most %(most)s characters.") % {
                "most": longest_of(name)
            }
        elif name in filters:
            try:
                values[name] = filters[name].parse(given[0])
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(**errors)
    return values


_ORDER = Filter(
    one_of(*ORDERS),
    f"{USUAL_ORDER} if unsaid; due and waiting are of live tickets alone, and those "
    "without the time come last.",
    choices=ORDERS,
)
TICKETS = (
    *(
        Filter(
            one.parse, one.says, bool if one.is_flag else OpenApiTypes.STR
        ).parameter(name)
        for name, one in FILTERS.items()
    ),
    _ORDER.parameter("order"),
)


def ticket_filters(request: Request, *, without: str = "") -> tuple[Wanted, str]:
    """Return which tickets are asked for, and in which order. Raises Invalid."""
    given = {
        name: request.query_params[name]
        for name in request.query_params
        if name in FILTERS or name.startswith(FIELD)
    }
    rest = read_filters(
        request,
        {} if without == "order" else {"order": _ORDER},
        (*FILTERS, *given, "limit", "cursor"),
    )
    return wanted_of(given, rest.get("order", USUAL_ORDER))


def wanted_of(given: Mapping[str, str], order: str) -> tuple[Wanted, str]:
    """Return what a definition of names and texts asks for. Raises Invalid."""
    values, errors = read_definition(given)
    if not errors and (problem := order_problem(order, values.get("status"))):
        errors["order"] = problem
    if errors:
        raise Invalid(**errors)
    return Wanted(**values), order
