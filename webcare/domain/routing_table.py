"""The routing table as people write it: names, in an order, checked before it holds."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        return {"rules": _("At most %(most)s rules.") % {"most": MOST_RULES}}
    for place, rule in enumerate(rules):
        for name in ("queue", "topic", "channel", "authors"):
            given = rule.get(name)
            if given and given not in known[name]:
                wrong[f"rules.{place}.{name}"] = str(_ABSENT[name]) % {"name": given}
        asks = tuple(rule.get(name) or "" for name in CONDITIONS)
        if (above := asked.get(("",) * len(CONDITIONS), asked.get(asks))) is not None:
            wrong[f"rules.{place}"] = _(
                "Never asked: rule %(number)s catches all of it."
            ) % {"number": above + 1}
        asked.setdefault(asks, place)
    return wrong


_ABSENT = {
    "queue": gettext_lazy("There is no queue called %(name)s."),
    "topic": gettext_lazy("There is no topic called %(name)s."),
    "channel": gettext_lazy("There is no channel called %(name)s."),
    "authors": gettext_lazy("There is no author list called %(name)s."),
}
