"""What an action would change on a ticket, told without doing it."""

from collections.abc import Mapping
from typing import Any

from webcare.domain.automation.conditions import Facts
from webcare.domain.automation.steps import Step

# Action -> the fact it sets, and the value that says so.
_SETS: Mapping[str, tuple[str, str]] = {
    "assign": ("agent", "agent"),
    "route": ("queue", "queue"),
    "classify": ("topic", "topic"),
    "priority": ("priority", "priority"),
}


def effect(step: Step, facts: Facts) -> dict[str, Any] | None:
    """Return the action with what is true before it; None where it changes nothing."""
    if step.do in _SETS:
        fact, key = _SETS[step.do]
        wanted = step.values[key] or "none"
        now = facts.words[fact]
        if wanted in now:
            return None
        return {**step.as_data(), "was": sorted(now - {"any"})}
    if step.do == "release":
        was = sorted(facts.words["agent"] - {"any"})
        return None if was == ["none"] else {**step.as_data(), "was": was}
    if step.do in ("tag", "untag"):
        carries = step.values["tag"] in facts.words["tag"]
        return None if carries == (step.do == "tag") else step.as_data()
    return step.as_data()
