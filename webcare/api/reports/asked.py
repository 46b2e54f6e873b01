"""What a report can be asked."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from webcare.api.filters import Filter, flag
from webcare.api.shapes import Json
from webcare.domain.parameters import moment, one_of
from webcare.domain.reports import LONGEST_DAYS, By, Clock, Look, Wait
from webcare.exceptions import Invalid
from webcare.queries.reports import Asked, Period
from webcare.queries.settled import settled_at

USUAL = timedelta(days=7)
FORMATS = ("json", "csv", "jsonl")
WITHIN = {
    "from": Filter(moment, "The first instant; seven days before `to` if unsaid."),
    "to": Filter(moment, "Up to and without this instant; `as_of` if unsaid."),
    "format": Filter(one_of(*FORMATS), "json if unsaid.", choices=FORMATS),
}
FILTERS = WITHIN | {
    "by": Filter(one_of(*By.values), "One line for each.", choices=tuple(By.values)),
    "view": Filter(
        one_of(*Look.values),
        "What began in the period (cohort, if unsaid), or what ended in it (event).",
        choices=tuple(Look.values),
    ),
    "queue": Filter(str, "Only this queue, by its slug."),
    "topic": Filter(str, "Only this topic and those below it, by its slug."),
    "channel": Filter(str, "Only this channel, by its slug."),
    "as_of": Filter(
        moment, "As it was known at this instant; the newest that is settled if unsaid."
    ),
}
TIMED = FILTERS | {
    "clock": Filter(
        one_of(*Clock.values),
        "By the clock on the wall (calendar, if unsaid), or in open hours (business).",
        choices=tuple(Clock.values),
    ),
    "exact": Filter(
        flag, "Read every length to the second, which takes longer.", type=bool
    ),
}


def parameters(filters: Mapping[str, Filter]) -> tuple[Any, ...]:
    return tuple(one.parameter(name) for name, one in filters.items())


def asked_for(given: Json) -> Asked:
    """Read what a report is asked for. Raises Invalid."""
    settled = settled_at()
    as_of = given.get("as_of", settled)
    if as_of > settled:
        raise Invalid(as_of=_("What was known then is not settled yet."))
    return Asked(
        period=period_of(given, as_of),
        as_of=as_of,
        by=By(given["by"]) if "by" in given else None,
        view=Look(given.get("view", Look.COHORT)),
        clock=Clock(given.get("clock", Clock.CALENDAR)),
        exact=given.get("exact", False),
        of=Wait(given.get("of", Wait.ALL)),
        **{name: given.get(name) for name in ("queue", "topic", "channel")},
    )


def period_of(given: Json, now: datetime, days: int = LONGEST_DAYS) -> Period:
    """Return the period that is asked for, of so many days at most. Raises Invalid."""
    end = given.get("to", now)
    start = given.get("from", end - USUAL)
    if not start < end:
        raise Invalid(**{"from": _("Begin before the end.")})
    if end - start > timedelta(days=days):
        raise Invalid(**{"from": _("Ask for at most %(days)s days.") % {"days": days}})
    return Period(start.astimezone(UTC), end.astimezone(UTC))
