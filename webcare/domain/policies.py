"""Which promises hold for a ticket: a policy's conditions, and what it promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webcare.domain.automation.values import (
    Errors,
    choice,
    name,
    one_or_more,
    whole_number,
)
from webcare.domain.clocks import usual_warnings
from webcare.domain.lifecycle import PARKED, Status
from webcare.domain.outcomes import Priority, Promise
from webcare.exceptions import Invalid

LONGEST_PROMISE = 366 * 86_400  # seconds
MOST_WARNINGS = 5
# Whoever waits for us waits on, however we park the ticket: only what we cannot finish
# without somebody else is held up.
USUAL_PAUSES: Mapping[str, frozenset[str]] = {
    Promise.FIRST_RESPONSE: frozenset(),
    Promise.NEXT_RESPONSE: frozenset(),
    Promise.RESOLUTION: frozenset({Status.PENDING.value, Status.ON_HOLD.value}),
}


class Time(TextChoices):
    BUSINESS = "business", gettext_lazy("Opening hours")
    CALENDAR = "calendar", gettext_lazy("All of the time")


class Terms(NamedTuple):
    """What one promise asks of one ticket.

    `warns` are the counted seconds after which it warns, rising; `pauses` the
    statuses in which nothing counts.
    """

    seconds: int
    warns: tuple[int, ...]
    pauses: frozenset[str]
    is_business: bool


class Traits(NamedTuple):
    """What conditions look at; `topics` holds the topic's and those above it."""

    queue: str
    topics: frozenset[str]
    priority: str
    channel: str
    language: str
    tags: frozenset[str]
    authors: frozenset[str]  # the lists that its author is on


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of a policy."""

    seconds: int
    time: Time
    by_priority: Mapping[str, int] = field(default_factory=dict)
    # Each a share of the time, or seconds before it is due; None is the usual one.
    warnings: tuple[tuple[str, float], ...] | None = None
    pauses: frozenset[str] | None = None

    def terms(self, promise: str, priority: str) -> Terms:
        seconds = self.by_priority.get(priority, self.seconds)
        return Terms(
            seconds,
            self._warns(seconds),
            USUAL_PAUSES[promise] if self.pauses is None else self.pauses,
            self.time == Time.BUSINESS,
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "time": self.time.value,
            "by_priority": dict(self.by_priority),
            "warnings": None
            if self.warnings is None
            else [{kind: value} for kind, value in self.warnings],
            "pauses_while": None if self.pauses is None else sorted(self.pauses),
        }

    def _warns(self, seconds: int) -> tuple[int, ...]:
        if self.warnings is None:
            return usual_warnings(seconds)
        points = {
            int(seconds * value) if kind == "fraction" else seconds - int(value)
            for kind, value in self.warnings
        }
        return tuple(sorted(point for point in points if 0 < point < seconds))


@dataclass(frozen=True, slots=True)
class Definition:
    """A policy that was checked.

    A promise that is not among `promises` is the queue's own; one that is None is not
    made at all. `calendar` is a calendar's slug, or "".
    """

    conditions: Mapping[str, tuple[str, ...]]
    promises: Mapping[str, Target | None]
    calendar: str = ""

    def holds(self, traits: Traits) -> bool:
        """Whether every condition is met; each by any of its values."""
        return all(
            not _of(traits, kind).isdisjoint(values)
            for kind, values in self.conditions.items()
        )

    @property
    def is_business(self) -> bool:
        return any(one and one.time == Time.BUSINESS for one in self.promises.values())

    def as_data(self) -> dict[str, Any]:
        return {
            "conditions": {kind: list(all_) for kind, all_ in self.conditions.items()},
            "promises": {
                promise: target and target.as_data()
                for promise, target in self.promises.items()
            },
            "calendar": self.calendar or None,
        }


def queue_terms(promise: str, seconds: int, *, has_hours: bool) -> Terms:
    """What a queue promises by itself: in its opening hours, if it has any."""
    return Terms(seconds, usual_warnings(seconds), USUAL_PAUSES[promise], has_hours)


def _of(traits: Traits, kind: str) -> frozenset[str]:
    match kind:
        case "topics":
            return traits.topics
        case "tags":
            return traits.tags
        case "authors":
            return traits.authors
        case "queues":
            return frozenset({traits.queue})
        case "priorities":
            return frozenset({traits.priority})
        case "channels":
            return frozenset({traits.channel})
        case _:
            return frozenset({traits.language})


_NAMES = one_or_more(name)
CONDITIONS = {
    "queues": _NAMES,
    "topics": _NAMES,
    "priorities": one_or_more(choice(*Priority.values)),
    "channels": _NAMES,
    "languages": _NAMES,
    "tags": _NAMES,
    "authors": _NAMES,
}
_TARGET = ("seconds", "time", "by_priority", "warnings", "pauses_while")


def read_definition(given: Any) -> Definition:
    """Check a definition. Raises Invalid with a sentence for each path at fault."""
    errors: Errors = {}
    body = given if isinstance(given, dict) else {}
    if not isinstance(given, dict):
        errors["definition"] = _("Send an object with conditions and promises.")
    _refuse_others(body, ("conditions", "promises", "calendar"), "", errors)
    definition = Definition(
        _conditions(body.get("conditions"), errors),
        _promises(body.get("promises"), errors),
        _calendar(body.get("calendar"), errors),
    )
    if errors:
        raise Invalid(**errors)
    return definition


def _conditions(given: Any, errors: Errors) -> dict[str, tuple[str, ...]]:
    body = _object(given, "conditions", errors)
    _refuse_others(body, CONDITIONS, "conditions.", errors)
    found: dict[str, tuple[str, ...]] = {}
    for kind, read in CONDITIONS.items():
        if body.get(kind):
            try:
                found[kind] = read(body[kind])
            except ValueError as error:
                errors[f"conditions.{kind}"] = str(error)
    return found


def _promises(given: Any, errors: Errors) -> dict[str, Target | None]:
    body = _object(given, "promises", errors)
    _refuse_others(body, Promise.values, "promises.", errors)
    if not body and "promises" not in errors:
        errors["promises"] = _("Promise at least one thing.")
    return {
        promise: None
        if body[promise] is None
        else _target(body[promise], f"promises.{promise}", errors)
        for promise in Promise.values
        if promise in body
    }


def _target(given: Any, path: str, errors: Errors) -> Target:
    body = _object(given, path, errors)
    _refuse_others(body, _TARGET, f"{path}.", errors)
    by_priority = _object(body.get("by_priority"), f"{path}.by_priority", errors)
    _refuse_others(by_priority, Priority.values, f"{path}.by_priority.", errors)
    return Target(
        _seconds(body.get("seconds"), f"{path}.seconds", errors),
        _time(body.get("time", Time.BUSINESS.value), f"{path}.time", errors),
        {
            priority: _seconds(value, f"{path}.by_priority.{priority}", errors)
            for priority, value in by_priority.items()
        },
        _warnings(body.get("warnings"), f"{path}.warnings", errors),
        _pauses(body.get("pauses_while"), f"{path}.pauses_while", errors),
    )


def _time(given: Any, path: str, errors: Errors) -> Time:
    try:
        return Time(choice(*Time.values)(given))
    except ValueError as error:
        errors[path] = str(error)
        return Time.BUSINESS


def _seconds(given: Any, path: str, errors: Errors, least: int = 1) -> int:
    try:
        return whole_number(given, LONGEST_PROMISE, least)
    except ValueError as error:
        errors[path] = str(error)
        return least


def _warnings(
    given: Any, path: str, errors: Errors
) -> tuple[tuple[str, float], ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > MOST_WARNINGS:
        most = {"most": MOST_WARNINGS}
        errors[path] = _("Send a list of at most %(most)d warnings.") % most
        return None
    return tuple(
        _warning(one, f"{path}.{number}", errors) for number, one in enumerate(given)
    )


def _warning(given: Any, path: str, errors: Errors) -> tuple[str, float]:
    body = given if isinstance(given, dict) else {}
    if set(body) == {"before"}:
        return "before", _seconds(body["before"], f"{path}.before", errors)
    share = body.get("fraction")
    if set(body) == {"fraction"} and isinstance(share, float) and 0 < share < 1:
        return "fraction", share
    errors[path] = _(
        "Send either fraction, a share between 0 and 1 of the time, or before, seconds."
    )
    return "fraction", 0.5


def _pauses(given: Any, path: str, errors: Errors) -> frozenset[str] | None:
    if given is None or given == []:
        return None if given is None else frozenset()
    try:
        return frozenset(one_or_more(choice(*sorted(PARKED)))(given))
    except ValueError as error:
        errors[path] = str(error)
        return None


def _calendar(given: Any, errors: Errors) -> str:
    if given in (None, ""):
        return ""
    try:
        return name(given)
    except ValueError as error:
        errors["calendar"] = str(error)
        return ""


def _object(given: Any, path: str, errors: Errors) -> dict[Any, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        errors[path] = _("Send an object.")
        return {}
    return given


def _refuse_others(body: dict[Any, Any], known: Any, path: str, errors: Errors) -> None:
    for other in body:
        if other not in known:
            listed = {"choices": ", ".join(known)}
            errors[f"{path}{str(other)[:50]}"] = _("Choose from: %(choices)s.") % listed
