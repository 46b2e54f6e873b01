"""What a rule or a bulk change does to a ticket: a word, and the values it takes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.automation.values import (
    Errors,
    One,
    choice,
    flag,
    identity,
    identity_or,
    long_text,
    moment,
    name,
    reason,
)
from webcare.domain.outcomes import Priority, Resolution

MOST_STEPS = 10


def _maybe(read: One) -> One:
    return lambda given: None if given is None else read(given)


# Word -> its values, each with how it is read.
STEPS: Mapping[str, Mapping[str, One]] = {
    "assign": {"agent": identity},
    "release": {},
    "route": {"queue": name},
    "classify": {"topic": _maybe(name)},
    "tag": {"tag": name},
    "untag": {"tag": name},
    "priority": {"priority": choice(*Priority.values), "reason": reason},
    "note": {"text": long_text},
    "notify": {"who": identity_or("agent", "lead")},
    "webhook": {"subscription": identity},
    "answer": {"macro": identity},
    "macro": {"macro": identity, "send": flag},
    "resolve": {"outcome": choice(*Resolution.values)},
    "reopen": {},
    "snooze": {"until": moment},
    "close": {},
}
FOR_RULES = (
    "assign",
    "release",
    "route",
    "classify",
    "tag",
    "untag",
    "priority",
    "note",
    "notify",
    "webhook",
    "answer",
)
FOR_MANY = (
    "assign",
    "release",
    "route",
    "classify",
    "tag",
    "untag",
    "priority",
    "resolve",
    "reopen",
    "snooze",
    "close",
    "macro",
)
OPTIONAL = {("resolve", "outcome"), ("priority", "reason"), ("macro", "send")}


@dataclass(frozen=True, slots=True)
class Step:
    do: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        return {"do": self.do, **self.values}


def read_steps(
    given: Any, errors: Errors, known: Collection[str] = FOR_RULES
) -> tuple[Step, ...]:
    """Check a list of actions; every mistake is noted under its path."""
    if not isinstance(given, list) or not 0 < len(given) <= MOST_STEPS:
        most = {"most": MOST_STEPS}
        errors["actions"] = _("Send a list of 1 to %(most)d actions.") % most
        return ()
    read = [
        read_step(one, errors, f"actions.{number}", known)
        for number, one in enumerate(given)
    ]
    return tuple(step for step in read if step)


def read_step(
    given: Any, errors: Errors, path: str, known: Collection[str]
) -> Step | None:
    """Check one action."""
    word = given.get("do") if isinstance(given, dict) else None
    if not isinstance(word, str) or word not in known:
        listed = {"choices": ", ".join(known)}
        errors[f"{path}.do"] = _("Choose from: %(choices)s.") % listed
        return None
    wanted = STEPS[word]
    if unknown := [str(one) for one in given if one not in ("do", *wanted)]:
        errors[f"{path}.{unknown[0][:50]}"] = _("This action does not take that.")
        return None
    values: dict[str, Any] = {}
    for key, read in wanted.items():
        if key not in given and (word, key) in OPTIONAL:
            continue
        try:
            values[key] = read(given.get(key))
        except ValueError as error:
            errors[f"{path}.{key}"] = str(error)
    return Step(word, values)
