"""A page of the set-up made ready for its template: choices found, addresses whole."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from webcare.inbox import filters as narrowing
from webcare.inbox.setup.choices import Offered
from webcare.inbox.setup.shapes import (
    Act,
    Adding,
    Column,
    Field,
    Listing,
    Noun,
    Sheet,
)
from webcare.queries.choices import choices_for

if TYPE_CHECKING:
    from webcare.models import User

API = "/api/v1/"
WEEK = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)


class Drawing:
    """Draws the parts of one page for one person; `thing` is whose page it is."""

    def __init__(self, user: "User", thing: str = "") -> None:
        self._user = user
        self._offered = Offered(user)
        self._thing = thing

    def address(self, path: str) -> str:
        return API + path.replace("{id}", self._thing) if path else ""

    def fields(self, fields: Iterable[Field], mode: str) -> list[dict[str, Any]]:
        """Return the questions that are asked in `mode`: "add" or "edit"."""
        return [self.field(one) for one in fields if one.when in ("", mode)]

    def field(self, field: Field) -> dict[str, Any]:
        return {
            "field": field,
            "choices": self._choices(field.choices),
            "only": json.dumps(field.only) if field.only else "",
            "of": [self.field(one) for one in field.of],
            "has_more": any(one.more for one in field.of),
            "filters": self._filters() if field.kind == "filters" else [],
            "week": WEEK if field.kind == "week" else (),
        }

    def listing(self, listing: Listing) -> dict[str, Any]:
        return {
            "listing": listing,
            "address": self.address(listing.address),
            "columns": [self._column(one) for one in listing.columns],
            "acts": [self.act(one) for one in listing.acts],
            "order": self.address(listing.order),
            "add": listing.add and self._adding(listing.add),
        }

    def act(self, act: Act) -> dict[str, Any]:
        where = [one.replace("{id}", self._thing) for one in act.where]
        return {
            "act": act,
            "address": self.address(act.address),
            "where": json.dumps(where) if where else "",
        }

    def part(self, part: Listing | Sheet) -> dict[str, Any]:
        if isinstance(part, Listing):
            return self.listing(part)
        return {
            "sheet": part,
            "address": self.address(part.address),
            "fields": self.fields(part.fields, "edit"),
        }

    def end(self, noun: Noun) -> dict[str, Any] | None:
        return self.act(noun.end) if noun.end else None

    def _adding(self, adding: Adding) -> dict[str, Any]:
        return {
            "adding": adding,
            "address": self.address(adding.address),
            "otherwise": self.address(adding.otherwise),
            "fields": self.fields(adding.fields, "add"),
        }

    def _column(self, column: Column) -> dict[str, Any]:
        known = {value: str(name) for value, name in self._choices(column.choices)}
        return {"column": column, "known": json.dumps(known) if known else ""}

    def _choices(self, choices: Any) -> list[tuple[str, Any]]:
        return self._offered(choices) if isinstance(choices, str) else list(choices)

    def _filters(self) -> list[dict[str, Any]]:
        return narrowing.options(choices_for(self._user))
