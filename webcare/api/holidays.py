"""The holidays of a country, as they are suggested for a calendar."""

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from conversations.queries.clock import database_now
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import Filter, read_filters
from webcare.api.permissions import SetUp
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.domain.calendars.suggestions import suggestions
from webcare.queries.people import require_role


class HolidayNamesOut(Out):
    nl = serializers.CharField()
    en = serializers.CharField()


class SuggestionOut(Out):
    """A day to close on, or to close earlier at `closes_at`.

    `suggested` is what most desks of the country do: the organisation chooses.
    """

    date = serializers.DateField()
    names = HolidayNamesOut()
    kind = serializers.CharField(help_text="public, optional, bank, government, early")
    suggested = serializers.BooleanField()
    closes_at = serializers.CharField(allow_null=True)


def _country(text: str) -> str:
    return text.upper()


def _years(text: str) -> set[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) == 4 for part in parts):
        raise ValueError(_("Send years like 2026, with commas between."))
    return {int(part) for part in parts}


SUGGESTED = {
    "country": Filter(_country, "Two letters; NL if unsaid."),
    "region": Filter(str, "A part of the country, as ISO 3166-2 calls it."),
    "year": Filter(_years, "One, or some with commas; this and the next if unsaid."),
}


class Holidays(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Suggest holidays of a country, to choose from",
        SuggestionOut(many=True),
        parameters=tuple(one.parameter(name) for name, one in SUGGESTED.items()),
        refuses=(422,),
        tag="set-up",
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        given = read_filters(request, SUGGESTED)
        this = database_now().year
        found = suggestions(
            given.get("country", "NL"),
            given.get("region", ""),
            given.get("year", {this, this + 1}),
        )
        return Response(
            [
                {
                    "date": one.day.isoformat(),
                    "names": one.names,
                    "kind": one.kind,
                    "suggested": one.suggested,
                    "closes_at": one.closes_at and f"{one.closes_at:%H:%M}",
                }
                for one in found
            ]
        )
