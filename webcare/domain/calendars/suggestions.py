"""Holidays that a desk might close on: suggested, and chosen by the organisation.

The library is imported when somebody asks: no process carries it for nothing.
"""

from collections.abc import Collection
from datetime import date, time
from importlib import import_module
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from webcare.domain.calendars.reading import FIRST_YEAR, LAST_YEAR
from webcare.exceptions import Invalid

MOST_YEARS = 5
LANGUAGES = {"nl": "nl", "en": "en_US"}
# What a country keeps without closing for it; `school` is about pupils, not desks.
KINDS = ("public", "optional", "bank", "government")
# Public by the book, and most desks work: (country, the English name).
STAYS_OPEN = {("NL", "Good Friday")}
# Evenings on which desks of a country go home early: month, day, names.
EARLY: dict[str, tuple[tuple[int, int, dict[str, str]], ...]] = {
    "NL": (
        (12, 5, {"nl": "Sinterklaasavond", "en": "Saint Nicholas' Eve"}),
        (12, 24, {"nl": "Kerstavond", "en": "Christmas Eve"}),
        (12, 31, {"nl": "Oudejaarsdag", "en": "New Year's Eve"}),
    ),
}
EARLY_CLOSING = time(17)


class Suggestion(NamedTuple):
    """A day to close on, or to close earlier at `closes_at`; `suggested` is usual."""

    day: date
    names: dict[str, str]
    kind: str
    suggested: bool
    closes_at: time | None = None


def suggestions(country: str, region: str, years: Collection[int]) -> list[Suggestion]:
    """Return the holidays of a country, in English and Dutch, by date.

    A name that is not known in Dutch stands in the country's own language. Raises
    Invalid for a country, region or year that is not known.
    """
    library = _library(country, region)
    if not years or len(years) > MOST_YEARS:
        raise Invalid(year=_("Ask for at most %d years.") % MOST_YEARS)
    if any(not FIRST_YEAR <= year <= LAST_YEAR for year in years):
        bounds = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Invalid(year=_("Send years from %(first)d to %(last)d.") % bounds)
    found = {
        kind: _names(library, country, region, years, kind)
        for kind in KINDS
        if kind in library.country_holidays(country).supported_categories
    }
    whole = [
        _suggestion(country, day, kind, names)
        for kind, days in found.items()
        for day, names in days.items()
        if not any(day in found[other] for other in _before(kind) if other in found)
    ]
    early = [
        Suggestion(date(year, month, day), names, "early", False, EARLY_CLOSING)
        for year in years
        for month, day, names in EARLY.get(country, ())
    ]
    taken = {one.day for one in whole}
    return sorted([*whole, *(one for one in early if one.day not in taken)])


def _suggestion(
    country: str, day: date, kind: str, names: dict[str, str]
) -> Suggestion:
    usual = kind == "public" and (country, names["en"]) not in STAYS_OPEN
    return Suggestion(day, names, kind, usual)


def _before(kind: str) -> tuple[str, ...]:
    return KINDS[: KINDS.index(kind)]


def _library(country: str, region: str) -> Any:
    library = import_module("holidays")
    known = library.list_supported_countries(include_aliases=False)
    if country not in known:
        raise Invalid(
            country=_("Send a country that is known by two letters, like NL.")
        )
    if region and region not in known[country]:
        regions = ", ".join(known[country]) or _("none")
        raise Invalid(region=_("Choose from: %s.") % regions)
    return library


def _names(
    library: Any, country: str, region: str, years: Collection[int], kind: str
) -> dict[date, dict[str, str]]:
    told = {
        language: library.country_holidays(
            country,
            subdiv=region or None,
            years=years,
            language=code,
            categories=(kind,),
        )
        for language, code in LANGUAGES.items()
    }
    return {
        day: {language: days[day] for language, days in told.items()}
        for day in told["en"]
        if day.year in years
    }
