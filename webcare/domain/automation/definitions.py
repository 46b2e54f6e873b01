"""A whole rule as data: what wakes it, what has to hold, what it does."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.automation.conditions import (
    Conditions,
    conditions_as_data,
    read_conditions,
)
from webcare.domain.automation.steps import Step, read_steps
from webcare.domain.automation.values import Errors, choice, whole_number
from webcare.domain.automation.words import TimerState
from webcare.exceptions import Invalid

LONGEST_WAIT = 366 * 24 * 60  # minutes
# What happens to a ticket that a rule can listen to; its own runs are not among them.
LISTENED = (
    "opened",
    "message_added",
    "message_edited",
    "classified",
    "routed",
    "assigned",
    "released",
    "status_changed",
    "priority_changed",
    "reply_written",
    "reply_sent",
    "reply_refused",
    "reply_uncertain",
    "answered_elsewhere",
    "note_added",
    "resolved",
    "reopened",
    "closed",
    "merged",
    "unmerged",
    "split",
    "moved_to_private",
    "tagged",
    "untagged",
    "field_changed",
    "consult_answered",
    "approval_rejected",
    "warned",
    "breached",
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Either kinds of events, or how many minutes a ticket has been in a state."""

    events: tuple[str, ...] = ()
    state: str = ""
    minutes: int | None = None

    def as_data(self) -> dict[str, Any]:
        if self.state:
            return {"timer": {"state": self.state, "minutes": self.minutes}}
        return {"events": list(self.events)}


@dataclass(frozen=True)
class Definition:
    trigger: Trigger
    conditions: Conditions
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        root = self.conditions.root
        return {
            "trigger": self.trigger.as_data(),
            "conditions": conditions_as_data(root) if root.parts else {},
            "actions": [step.as_data() for step in self.steps],
        }


def read_definition(given: Any) -> Definition:
    """Check a definition. Raises Invalid with a sentence for each path at fault."""
    errors: Errors = {}
    body = given if isinstance(given, dict) else {}
    definition = Definition(
        _trigger(body.get("trigger"), errors),
        read_conditions(body.get("conditions"), errors),
        read_steps(body.get("actions"), errors),
    )
    if errors:
        raise Invalid(**errors)
    return definition


def _trigger(given: Any, errors: Errors) -> Trigger:
    body = given if isinstance(given, dict) else {}
    if set(body) == {"events"}:
        return _events(body["events"], errors)
    if set(body) == {"timer"} and isinstance(body["timer"], dict):
        return _timer(body["timer"], errors)
    errors["trigger"] = _(
        "Say when it begins: at what happens (events), or by time (timer, with "
        "state and minutes)."
    )
    return Trigger()


def _events(given: Any, errors: Errors) -> Trigger:
    kinds = given if isinstance(given, list) else []
    if not kinds or any(kind not in LISTENED for kind in kinds):
        listed = {"choices": ", ".join(LISTENED)}
        errors["trigger.events"] = _("Choose from: %(choices)s.") % listed
        return Trigger()
    return Trigger(events=tuple(dict.fromkeys(kinds)))


def _timer(given: dict[str, Any], errors: Errors) -> Trigger:
    state, minutes = "", 1
    try:
        state = choice(*TimerState.values)(given.get("state"))
    except ValueError as error:
        errors["trigger.timer.state"] = str(error)
    try:
        minutes = whole_number(given.get("minutes"), LONGEST_WAIT, least=1)
    except ValueError as error:
        errors["trigger.timer.minutes"] = str(error)
    return Trigger(state=state, minutes=minutes)
