"""The routing table as people write it: names, in an order, checked before it holds."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

MOST_RULES = 200
# What a rule can ask, and what its name is looked up among; "" is no name.
CONDITIONS = ("topic", "channel", "language", "priority", "authors")


def problems(
    rules: Sequence[Mapping[str, Any]], known: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Return a sentence for each path at fault.

    A rule without a condition catches everything: whatever stands below it is never
    asked, and so is a rule that stands there twice.
    """
    wrong: dict[str, str] = {}
    asked: dict[tuple[Any, ...], int] = {}
    if len(rules) > MOST_RULES:
        return {"rules": f"At most {MOST_RULES} rules."}
    for place, rule in enumerate(rules):
        for name in ("queue", "topic", "channel", "authors"):
            given = rule.get(name)
            if given and given not in known[name]:
                wrong[f"rules.{place}.{name}"] = f"There is no {_CALLED[name]} {given}."
        asks = tuple(rule.get(name) or "" for name in CONDITIONS)
        if (above := asked.get(("",) * len(CONDITIONS), asked.get(asks))) is not None:
            wrong[f"rules.{place}"] = (
                f"Never asked: rule {above + 1} catches all of it."
            )
        asked.setdefault(asks, place)
    return wrong


_CALLED = {
    "queue": "queue",
    "topic": "topic",
    "channel": "channel",
    "authors": "author list",
}
